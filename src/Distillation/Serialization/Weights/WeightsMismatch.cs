namespace Distillation.Serialization;

/// <summary>A tensor that has another shape or type in a file than in a module.</summary>
/// <param name="Name">Its name in the module.</param>
/// <param name="InFile">What the file has.</param>
/// <param name="Shape">The shape that the module has.</param>
/// <param name="ScalarType">The type that the module has.</param>
public sealed record WeightsMismatch(string Name, TensorInfo InFile, IReadOnlyList<long> Shape, torch.ScalarType ScalarType)
{
    /// <summary>Says what differs.</summary>
    /// <returns>For example <c>out.weight is [4, 16] F32 in the file and [5, 16] Float32 in the module</c>.</returns>
    public override string ToString() => $"{Name} is {InFile} in the file and [{string.Join(", ", Shape)}] {ScalarType} in the module";
}
