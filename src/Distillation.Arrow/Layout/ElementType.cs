using Apache.Arrow.Types;

namespace Distillation.Arrow;

/// <summary>The types of numbers that columns have.</summary>
internal enum ElementType
{
    Int8,
    Int16,
    Int32,
    Int64,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Float16,
    Float32,
}

internal static class ElementTypes
{
    public static ElementType[] Floats { get; } = [ElementType.Float16, ElementType.Float32];

    public static ElementType[] Integers { get; } =
        [ElementType.Int8, ElementType.Int16, ElementType.Int32, ElementType.Int64, ElementType.UInt8, ElementType.UInt16, ElementType.UInt32];

    public static int Bytes(this ElementType type) => type switch
    {
        ElementType.Int8 or ElementType.UInt8 => 1,
        ElementType.Int16 or ElementType.UInt16 or ElementType.Float16 => 2,
        ElementType.Int32 or ElementType.UInt32 or ElementType.Float32 => 4,
        _ => 8,
    };

    public static IArrowType Arrow(this ElementType type) => type switch
    {
        ElementType.Int32 => Int32Type.Default,
        ElementType.Int64 => Int64Type.Default,
        ElementType.UInt8 => UInt8Type.Default,
        ElementType.UInt16 => UInt16Type.Default,
        ElementType.UInt64 => UInt64Type.Default,
        ElementType.Float16 => HalfFloatType.Default,
        ElementType.Float32 => FloatType.Default,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No column is written in this type."),
    };

    /// <summary>In torch: the bits, for uint16 has no type there.</summary>
    public static torch.ScalarType Torch(this ElementType type) => type switch
    {
        ElementType.Int32 => torch.ScalarType.Int32,
        ElementType.Int64 => torch.ScalarType.Int64,
        ElementType.UInt8 => torch.ScalarType.Byte,
        ElementType.UInt16 => torch.ScalarType.Int16,
        ElementType.Float16 => torch.ScalarType.Float16,
        ElementType.Float32 => torch.ScalarType.Float32,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No tensor is kept in this type."),
    };
}
