namespace Distillation.Serialization;

/// <summary>The types of numbers that storages of PyTorch have.</summary>
/// <param name="Dtype">What safetensors files call it.</param>
/// <param name="Width">The bytes of one number.</param>
internal sealed record TorchStorageType(string Dtype, int Width)
{
    private static readonly Dictionary<string, TorchStorageType> All = new()
    {
        ["torch.DoubleStorage"] = new("F64", 8),
        ["torch.FloatStorage"] = new("F32", 4),
        ["torch.HalfStorage"] = new("F16", 2),
        ["torch.BFloat16Storage"] = new("BF16", 2),
        ["torch.LongStorage"] = new("I64", 8),
        ["torch.IntStorage"] = new("I32", 4),
        ["torch.ShortStorage"] = new("I16", 2),
        ["torch.CharStorage"] = new("I8", 1),
        ["torch.ByteStorage"] = new("U8", 1),
        ["torch.BoolStorage"] = new("BOOL", 1),
        ["torch.ComplexFloatStorage"] = new("C64", 8),
        ["torch.ComplexDoubleStorage"] = new("C128", 16),
    };

    /// <summary>The type of a class of Python, or nothing.</summary>
    public static TorchStorageType? Find(string name) => All.GetValueOrDefault(name);
}
