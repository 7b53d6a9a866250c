namespace Distillation.Onnx;

/// <summary>The names of a graph's input, its output and its first axis.</summary>
internal sealed record GraphNames(string Input, string Output, string Batch);
