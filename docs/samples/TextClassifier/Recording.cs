using System.IO.Compression;

namespace GlossClassifier;

/// <summary>The recorded answers, as a ledger.</summary>
internal static class Recording
{
    /// <summary>Writes the ledger into a directory, where it may be opened for writing.</summary>
    /// <returns>The path of the ledger.</returns>
    public static string Unpack(string directory)
    {
        Directory.CreateDirectory(directory);
        string path = Path.Combine(directory, "recorded.jsonl");
        using FileStream packed = File.OpenRead(Path.Combine(Glosses.DataDirectory, "teacher.jsonl.gz"));
        using var answers = new GZipStream(packed, CompressionMode.Decompress);
        using FileStream ledger = File.Create(path);
        answers.CopyTo(ledger);
        return path;
    }
}
