using System.Globalization;

namespace Distillation.Onnx;

/// <summary>What was exported.</summary>
public sealed record OnnxExportReport
{
    /// <summary>Gets the file.</summary>
    public required string Path { get; init; }

    /// <summary>Gets its size.</summary>
    public required long Bytes { get; init; }

    /// <summary>
    /// Gets the largest absolute difference between an output of the module and the same output of the file in ONNX Runtime, over random inputs.
    /// </summary>
    public required double LargestError { get; init; }

    /// <summary>
    /// Gets how many layers of TorchSharp are in it. A layer that is called twice counts twice, dropout counts too, a whole transformer or its encoder once,
    /// other containers do not.
    /// </summary>
    public required int Layers { get; init; }

    /// <summary>Describes the file.</summary>
    /// <returns>A sentence, with 4 significant digits.</returns>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture, $"{Path}: {Bytes} bytes, {Layers} layers, largest error against the module {LargestError:G4}.");
}
