namespace Distillation.Text.Tests;

/// <summary>A directory that goes with this object.</summary>
internal sealed class TempDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("distillation-text-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
