namespace Distillation.Arrow;

/// <summary>The names that types of floating point numbers have in the manifest.</summary>
internal static class FloatNames
{
    private static readonly Dictionary<string, torch.ScalarType> Types = new()
    {
        ["float16"] = torch.ScalarType.Float16,
        ["bfloat16"] = torch.ScalarType.BFloat16,
        ["float32"] = torch.ScalarType.Float32,
        ["float64"] = torch.ScalarType.Float64,
    };

    public static string All => string.Join(", ", Types.Keys);

    public static bool Has(string name) => Types.ContainsKey(name);

    public static torch.ScalarType Torch(string name) => Types[name];

    public static string Of(Tensor tensor, string what) =>
        Types.FirstOrDefault(type => type.Value == tensor.dtype).Key
        ?? throw new ArgumentException($"The {what} must be floating point numbers ({All}) to be kept, but are {tensor.dtype}.", nameof(tensor));
}
