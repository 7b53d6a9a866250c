namespace Distillation.Images;

/// <summary>A file that cannot be read as an image.</summary>
public sealed record BrokenImage
{
    /// <summary>Gets the path of the file.</summary>
    public required string Path { get; init; }

    /// <summary>Gets why it cannot be read.</summary>
    public required string Reason { get; init; }
}
