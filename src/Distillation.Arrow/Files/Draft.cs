namespace Distillation.Arrow;

/// <summary>Writes a file aside, makes sure that it is on the disk, and then gives it its name: it is whole or not there. The name must be new.</summary>
internal static class Draft
{
    public const string Ending = ".draft";

    public static void Move(string path, Action<FileStream> write)
    {
        string draft = $"{path}.{Guid.NewGuid():N}{Ending}";
        try
        {
            using (var stream = new FileStream(draft, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite: false);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }
}
