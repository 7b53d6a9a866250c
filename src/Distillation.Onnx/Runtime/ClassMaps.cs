using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Distillation.Onnx;

/// <summary>A sequence of maps from classes to numbers, one map for each sample, as the operator ZipMap gives it.</summary>
internal static class ClassMaps
{
    public static bool Are(NodeMetadata node) =>
        node.OnnxValueType == OnnxValueType.ONNX_TYPE_SEQUENCE
        && node.AsSequenceMetadata().ElementMeta is { OnnxValueType: OnnxValueType.ONNX_TYPE_MAP } element
        && element.AsMapMetadata().ValueMetadata is { IsTensor: true, ElementDataType: TensorElementType.Float };

    /// <summary>The numbers, [N, C]: a column for each class, in the order in which ONNX Runtime keeps maps, that of the classes.</summary>
    public static Tensor Read(OrtValue sequence)
    {
        var rows = new List<float[]>();
        string[]? classes = null;
        sequence.ProcessSequence(
            (map, number) => map.ProcessMap(
                (keys, values) =>
                {
                    string[] own = Names(keys);
                    classes ??= own;
                    if (!own.SequenceEqual(classes))
                    {
                        throw new InvalidOperationException(
                            $"All samples must have the same classes, but the first has {string.Join(", ", classes)} and number {number} "
                            + $"has {string.Join(", ", own)}.");
                    }

                    rows.Add(values.GetTensorDataAsSpan<float>().ToArray());
                },
                OrtAllocator.DefaultInstance),
            OrtAllocator.DefaultInstance);
        return torch.tensor([.. rows.SelectMany(row => row)], rows.Count, classes?.Length ?? 0);
    }

    private static string[] Names(OrtValue keys) =>
        keys.GetTensorTypeAndShape().ElementDataType == TensorElementType.String
            ? keys.GetStringTensorAsArray()
            : [.. keys.GetTensorDataAsSpan<long>().ToArray().Select(key => key.ToString(System.Globalization.CultureInfo.InvariantCulture))];
}
