namespace Distillation.Onnx;

/// <summary>A tensor of an ONNX graph: its input, a constant, or what an operator outputs.</summary>
public sealed class OnnxValue
{
    /// <summary>An input of an operator that is left out, with others behind it.</summary>
    internal static readonly OnnxValue None = new("");

    internal OnnxValue(string name) => Name = name;

    /// <summary>Gets the name that the value has in the file.</summary>
    public string Name { get; }
}
