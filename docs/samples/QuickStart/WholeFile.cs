namespace QuickStart;

/// <summary>Writes files aside and moves them, so that a file is whole or not there.</summary>
internal static class WholeFile
{
    public static void Write(string path, Action<string> write)
    {
        string draft = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            write(draft);
            File.Move(draft, path, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
    }
}
