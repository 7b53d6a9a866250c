namespace Distillation.Serialization;

/// <summary>A tensor that has another shape or type in a file than in a module.</summary>
public sealed record WeightsMismatch
{
    /// <summary>Gets its name in the module.</summary>
    public required string Name { get; init; }

    /// <summary>Gets what the file has.</summary>
    public required TensorInfo InFile { get; init; }

    /// <summary>Gets the shape that the module has.</summary>
    public required IReadOnlyList<long> Shape { get; init; }

    /// <summary>Gets the type that the module has.</summary>
    public required torch.ScalarType ScalarType { get; init; }

    /// <summary>Describes the difference.</summary>
    /// <returns>For example <c>out.weight is [4, 16] F32 in the file and [5, 16] Float32 in the module</c>.</returns>
    public override string ToString() => $"{Name} is {InFile} in the file and [{string.Join(", ", Shape)}] {ScalarType} in the module";
}
