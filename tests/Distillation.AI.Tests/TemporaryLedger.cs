namespace Distillation.AI.Tests;

/// <summary>The path of a ledger in a directory of its own, which is deleted at the end.</summary>
internal sealed class TemporaryLedger : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory();

    public string Path => System.IO.Path.Combine(_directory.FullName, "answers.jsonl");

    public string Text => File.Exists(Path) ? File.ReadAllText(Path) : "";

    public AnswerLedger Open() => new(Path);

    public void Dispose() => _directory.Delete(recursive: true);
}
