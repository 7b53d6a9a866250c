namespace Distillation.Onnx;

/// <summary>The names of a graph's input, its output and its axes of any size: the first one, and of sequences the second one.</summary>
internal sealed record GraphNames(string Input, string Output, string Batch, string? Sequence);
