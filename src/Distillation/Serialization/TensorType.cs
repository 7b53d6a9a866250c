namespace Distillation.Serialization;

/// <summary>The types of numbers that the safetensors format and TorchSharp both have, by the names of the format.</summary>
internal static class TensorType
{
    // In the order of the places in a file: where wider numbers come first, every tensor is aligned.
    private static readonly (string Name, torch.ScalarType Type)[] All =
    [
        ("I64", torch.ScalarType.Int64),
        ("F64", torch.ScalarType.Float64),
        ("F32", torch.ScalarType.Float32),
        ("I32", torch.ScalarType.Int32),
        ("BF16", torch.ScalarType.BFloat16),
        ("F16", torch.ScalarType.Float16),
        ("I16", torch.ScalarType.Int16),
        ("I8", torch.ScalarType.Int8),
        ("U8", torch.ScalarType.Byte),
        ("BOOL", torch.ScalarType.Bool),
    ];

    public static string Names => string.Join(", ", All.Select(one => one.Name));

    /// <summary>The type of a name, or nothing where the name is one of another library.</summary>
    public static torch.ScalarType? Find(string name)
    {
        int place = Array.FindIndex(All, one => one.Name == name);
        return place < 0 ? null : All[place].Type;
    }

    /// <summary>The place of a type among all, and its name in the format; or nothing.</summary>
    public static (int Place, string Name)? Find(torch.ScalarType type)
    {
        int place = Array.FindIndex(All, one => one.Type == type);
        return place < 0 ? null : (place, All[place].Name);
    }
}
