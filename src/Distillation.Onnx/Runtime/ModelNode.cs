using Microsoft.ML.OnnxRuntime;

namespace Distillation.Onnx;

/// <summary>What a model declares of an input or an output.</summary>
internal sealed record ModelNode(string Name, NodeMetadata Declared)
{
    public bool IsNumbers => Declared.IsTensor && ElementTypes.Has(Declared.ElementDataType);

    public bool IsReals => IsNumbers && ElementTypes.IsFloatingPoint(Declared.ElementDataType);

    public bool IsMaps => ClassMaps.Are(Declared);

    public torch.ScalarType Type => ElementTypes.Of(Declared.ElementDataType);

    /// <summary>The sizes of the axes, each -1 where it is open; none where the model does not declare their number, or has no tensor there.</summary>
    public int[] Sizes => Declared.IsTensor ? Declared.Dimensions : [];

    /// <summary>Whether these are numbers for classes at a single place, [N, C, 1, 1], by what the model declares and ONNX Runtime infers.</summary>
    public bool IsOfOnePlace => Sizes.Length > 3 && Sizes.Skip(2).All(size => size == 1);

    /// <summary>The name of the first axis where its size is open and it has one.</summary>
    public string? FirstAxis => Sizes.Length > 0 && Sizes[0] < 0 && Declared.SymbolicDimensions[0].Length > 0 ? Declared.SymbolicDimensions[0] : null;

    public override string ToString() => Declared.IsTensor
        ? $"'{Name}' ({Declared.ElementDataType} [{string.Join(", ", Sizes.Select(SizeText))}])"
        : $"'{Name}' ({Declared.OnnxValueType})";

    private string SizeText(int size, int axis) => size >= 0 ? $"{size}" : Declared.SymbolicDimensions[axis] is { Length: > 0 } name ? name : "any";
}
