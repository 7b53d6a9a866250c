using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Distillation.Arrow;

/// <summary>A file of a known length in a memory map. Every read is checked against the length.</summary>
internal sealed class MappedFile : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public MappedFile(string path, long length)
    {
        Path = path;
        Length = length;
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        try
        {
            if (stream.Length != length || length == 0)
            {
                throw Damaged($"it has {stream.Length} bytes, but was written with {length}");
            }

            _file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        }
        catch
        {
            stream.Dispose();
            throw;
        }

        try
        {
            _view = _file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public string Path { get; }

    public long Length { get; }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    /// <summary>Copies bytes that are known to be inside.</summary>
    /// <exception cref="ObjectDisposedException">The file is disposed, perhaps on another thread meanwhile.</exception>
    public void Copy(long from, Span<byte> target)
    {
        SafeBuffer handle = _view.SafeMemoryMappedViewHandle;
        try
        {
            handle.ReadSpan((ulong)(_view.PointerOffset + from), target);
        }
        catch (ArgumentException) when (handle.IsClosed)
        {
            // The handle computes its bounds before it holds the memory: when another thread closes it in between, they do not fit.
            throw new ObjectDisposedException(Path);
        }
    }

    /// <summary>Copies bytes at a place that the file announces.</summary>
    public FlatBytes Part(long from, long length, string what)
    {
        if (from < 0 || length < 0 || from > Length || length > Length - from || length > Array.MaxLength)
        {
            throw Damaged($"its {what} should be {length} bytes from {from} on, of {Length}");
        }

        byte[] part = new byte[length];
        Copy(from, part);
        return new(part, Path, what);
    }

    public InvalidDataException Damaged(string what) =>
        new($"'{Path}' cannot be used: {what}. Without it and its .json the store opens, and lacks the samples that were there.");
}
