namespace Distillation.Onnx;

/// <summary>A tensor of an ONNX graph: its input, a constant, or what an operator gives.</summary>
public sealed class OnnxValue
{
    internal OnnxValue(string name) => Name = name;

    /// <summary>Gets the name that the value has in the file.</summary>
    public string Name { get; }
}
