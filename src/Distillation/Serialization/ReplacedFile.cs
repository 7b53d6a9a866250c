using Microsoft.Win32.SafeHandles;

namespace Distillation.Serialization;

/// <summary>
/// Writes a file aside, makes sure that it is on the disk, and then gives it its name: the name has the whole new file, or what it had before. A directory that
/// is not there is made.
/// </summary>
internal static class ReplacedFile
{
    public static void Write(string path, Action<SafeFileHandle> write)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        string draft = $"{path}.{Guid.NewGuid():N}.draft";
        try
        {
            using (SafeFileHandle file = File.OpenHandle(draft, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                write(file);
                RandomAccess.FlushToDisk(file);
            }

            File.Move(draft, path, overwrite: true);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }
}
