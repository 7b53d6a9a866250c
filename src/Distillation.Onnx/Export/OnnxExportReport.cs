namespace Distillation.Onnx;

/// <summary>What was exported.</summary>
/// <param name="Path">The file.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="LargestError">
/// The largest absolute difference between an output of the module and the same output of the file in ONNX Runtime, over random inputs.
/// </param>
/// <param name="Layers">
/// How many layers of TorchSharp are in it. A layer that is called twice counts twice, dropout counts too, a whole transformer or its encoder once, other
/// containers do not.
/// </param>
public sealed record OnnxExportReport(string Path, long Bytes, double LargestError, int Layers);
