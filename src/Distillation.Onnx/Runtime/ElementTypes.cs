using System.Collections.Frozen;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Distillation.Onnx;

/// <summary>The types of numbers that ONNX and libtorch both have, with the same bytes.</summary>
internal static class ElementTypes
{
    private static readonly FrozenDictionary<TensorElementType, torch.ScalarType> Shared = new Dictionary<TensorElementType, torch.ScalarType>
    {
        [TensorElementType.Float] = torch.ScalarType.Float32,
        [TensorElementType.Double] = torch.ScalarType.Float64,
        [TensorElementType.Float16] = torch.ScalarType.Float16,
        [TensorElementType.BFloat16] = torch.ScalarType.BFloat16,
        [TensorElementType.Int64] = torch.ScalarType.Int64,
        [TensorElementType.Int32] = torch.ScalarType.Int32,
        [TensorElementType.Int16] = torch.ScalarType.Int16,
        [TensorElementType.Int8] = torch.ScalarType.Int8,
        [TensorElementType.UInt8] = torch.ScalarType.Byte,
        [TensorElementType.Bool] = torch.ScalarType.Bool,
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<torch.ScalarType, TensorElementType> Back = Shared.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);

    public static bool Has(TensorElementType type) => Shared.ContainsKey(type);

    public static torch.ScalarType Of(TensorElementType type) => Shared[type];

    public static TensorElementType Of(torch.ScalarType type) => Back[type];

    public static bool IsFloatingPoint(TensorElementType type) =>
        type is TensorElementType.Float or TensorElementType.Double or TensorElementType.Float16 or TensorElementType.BFloat16;
}
