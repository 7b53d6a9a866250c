namespace Distillation.Serialization;

/// <summary>The types of numbers that tensors of PyTorch have.</summary>
/// <param name="Dtype">What safetensors files call it, or, where they have no such type, the library's own name.</param>
/// <param name="Width">The bytes of one number.</param>
internal sealed record TorchStorageType(string Dtype, int Width)
{
    private static readonly Dictionary<string, TorchStorageType> Storages = new()
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
        ["torch.QInt8Storage"] = new("QINT8", 1),
        ["torch.QUInt8Storage"] = new("QUINT8", 1),
        ["torch.QInt32Storage"] = new("QINT32", 4),
        ["torch.UntypedStorage"] = new("U8", 1),
        ["torch.storage.UntypedStorage"] = new("U8", 1),
    };

    private static readonly Dictionary<string, TorchStorageType> Numbers = new()
    {
        ["torch.float64"] = new("F64", 8),
        ["torch.float32"] = new("F32", 4),
        ["torch.float16"] = new("F16", 2),
        ["torch.bfloat16"] = new("BF16", 2),
        ["torch.int64"] = new("I64", 8),
        ["torch.int32"] = new("I32", 4),
        ["torch.int16"] = new("I16", 2),
        ["torch.int8"] = new("I8", 1),
        ["torch.uint8"] = new("U8", 1),
        ["torch.bool"] = new("BOOL", 1),
        ["torch.complex64"] = new("C64", 8),
        ["torch.complex128"] = new("C128", 16),
        ["torch.complex32"] = new("C32", 4),
        ["torch.uint16"] = new("U16", 2),
        ["torch.uint32"] = new("U32", 4),
        ["torch.uint64"] = new("U64", 8),
        ["torch.float8_e4m3fn"] = new("F8_E4M3", 1),
        ["torch.float8_e5m2"] = new("F8_E5M2", 1),
        ["torch.float8_e4m3fnuz"] = new("F8_E4M3FNUZ", 1),
        ["torch.float8_e5m2fnuz"] = new("F8_E5M2FNUZ", 1),
        ["torch.float8_e8m0fnu"] = new("F8_E8M0", 1),
    };

    /// <summary>The type of a class of storages of Python, or nothing.</summary>
    public static TorchStorageType? OfStorage(string name) => Storages.GetValueOrDefault(name);

    /// <summary>The type of a <c>torch.dtype</c>, or nothing.</summary>
    public static TorchStorageType? OfNumbers(string name) => Numbers.GetValueOrDefault(name);
}
