using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Distillation.Serialization;

/// <summary>
/// Writes files whole or not at all: into a draft in the same directory, which is flushed to the disk and then renamed. The draft of a failed write is deleted.
/// </summary>
/// <remarks>A checkpoint is a directory of several files and gets its name as a whole: <c>CheckpointDirectory</c>.</remarks>
internal static class AtomicFile
{
    /// <summary>The ending of drafts; what a killed process leaves has it.</summary>
    public const string DraftEnding = ".draft";

    /// <summary>Writes a file under a name that may exist: it has the whole new file, or what it had before. A missing directory is created.</summary>
    public static void Replace(string path, Action<SafeFileHandle> write)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        Write(path, stream => write(stream.SafeFileHandle), overwrite: true);
    }

    /// <summary>Writes bytes as a file under a name that may exist, as the other overload does.</summary>
    public static void Replace(string path, byte[] bytes) => Replace(path, file => RandomAccess.Write(file, bytes, fileOffset: 0));

    /// <summary>Writes JSON, indented, as a file under a name that may exist. Nothing is written if the content cannot be made.</summary>
    public static void ReplaceJson(string path, Action<Utf8JsonWriter> write)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory, new JsonWriterOptions { Indented = true }))
        {
            write(json);
        }

        Replace(path, memory.ToArray());
    }

    /// <summary>Writes a file under a new name, in a directory that exists.</summary>
    /// <exception cref="IOException">A file has the name; it stays as it is.</exception>
    public static void Create(string path, Action<FileStream> write) => Write(path, write, overwrite: false);

    private static void Write(string path, Action<FileStream> write, bool overwrite)
    {
        string draft = $"{path}.{Guid.NewGuid():N}{DraftEnding}";
        try
        {
            using (var stream = new FileStream(draft, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }
}
