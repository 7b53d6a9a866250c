using System.Text;
using System.Text.Unicode;
using Microsoft.Win32.SafeHandles;

namespace Distillation.Serialization;

/// <summary>Reads a part of a file from front to back, a little at a time.</summary>
internal sealed class FileWindow(SafeFileHandle file, long begin, long end, string path, MemoryBudget budget)
{
    /// <summary>Names of classes and functions, and numbers, are shorter.</summary>
    public const int LongestLine = 256;

    // So are names of tensors and of entries of zip files.
    private const int LongestText = ushort.MaxValue;

    private readonly byte[] _buffer = new byte[4096];
    private long _bufferBegin;
    private int _buffered;

    /// <summary>Where in the file the next byte is.</summary>
    public long Position { get; private set; } = begin;

    public long Left => end - Position;

    public bool AtEnd => Left == 0;

    public byte Byte() => Bytes(1)[0];

    /// <summary>The next bytes, not more than 4096; they are there until the next call.</summary>
    public ReadOnlySpan<byte> Bytes(int count)
    {
        Have(count);
        if (Position < _bufferBegin || Position + count > _bufferBegin + _buffered)
        {
            _bufferBegin = Position;
            _buffered = (int)Math.Min(_buffer.Length, Left);
            WholeRead.Fill(file, _buffer.AsSpan(0, _buffered), Position, path);
        }

        int at = (int)(Position - _bufferBegin);
        Position += count;
        return _buffer.AsSpan(at, count);
    }

    public void Skip(long count)
    {
        Have(count);
        Position += count;
    }

    /// <summary>So many bytes of text in UTF-8; nothing where they are no such text, or longer than any name.</summary>
    public string? Text(long count)
    {
        Have(count);
        if (count > LongestText)
        {
            Skip(count);
            return null;
        }

        budget.Spend(3 * count); // the bytes, and two for each letter
        if (count <= _buffer.Length)
        {
            return Text(Bytes((int)count));
        }

        byte[] bytes = new byte[count];
        WholeRead.Fill(file, bytes, Position, path);
        Skip(count);
        return Text(bytes);
    }

    /// <summary>A text that ends with its line, without the end; nothing where it is not in UTF-8 or too long.</summary>
    public string? Line()
    {
        Span<byte> line = stackalloc byte[LongestLine];
        long length = 0;
        for (byte letter = Byte(); letter != '\n'; letter = Byte(), length++)
        {
            if (length < line.Length)
            {
                line[(int)length] = letter;
            }
        }

        budget.Spend((Math.Min(length, LongestLine) * 3) + MemoryBudget.ValueBytes);
        return length > LongestLine ? null : Text(line[..(int)length]);
    }

    private static string? Text(ReadOnlySpan<byte> bytes) => Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : null;

    private void Have(long count)
    {
        if (count < 0 || count > Left)
        {
            throw new InvalidDataException(
                $"'{path}' is truncated or damaged: at byte {Position} there must be {(ulong)count} bytes more, but there are {Left}.");
        }
    }
}
