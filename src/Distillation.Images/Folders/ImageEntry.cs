namespace Distillation.Images.Folders;

/// <summary>A file with the name of its class.</summary>
/// <param name="Path">The path of the file.</param>
/// <param name="Label">The name of its class, or <see langword="null"/> where images have none.</param>
internal readonly record struct ImageEntry(string Path, string? Label);
