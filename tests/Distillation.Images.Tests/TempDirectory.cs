namespace Distillation.Images.Tests;

/// <summary>A directory that goes with this object.</summary>
internal sealed class TempDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("distillation-images-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
