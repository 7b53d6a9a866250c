using TorchSharp.Modules;

namespace Distillation.Onnx.Layers;

/// <summary>
/// Pools to a given size. ONNX has them for the size 1; others are pools with a window, where the size of the input divides, and else one window after the
/// other.
/// </summary>
internal static class AdaptivePools
{
    public static IEnumerable<LayerWriter> Writers =>
    [
        LayerWriter.For<AdaptiveAvgPool1d>((graph, layer, input) => Average(graph, input, [layer.output_size])),
        LayerWriter.For<AdaptiveAvgPool2d>((graph, layer, input) => Average(graph, input, layer.output_size)),
        LayerWriter.For<AdaptiveAvgPool3d>((graph, layer, input) => Average(graph, input, layer.output_size)),
        LayerWriter.For<AdaptiveMaxPool1d>((graph, layer, input) => Max(graph, input, [layer.output_size])),
        LayerWriter.For<AdaptiveMaxPool2d>((graph, layer, input) => Max(graph, input, layer.output_size)),
    ];

    private static OnnxValue Average(OnnxGraph graph, OnnxValue input, long[] output) => output.All(size => size == 1)
        ? graph.Apply("GlobalAveragePool", [input])
        : Windowed(graph, input, output, "ReduceMean", window =>
            Pools.Average(graph, input, window, stride: null, padding: null, ceil: false, countsPadding: true, divisor: null));

    private static OnnxValue Max(OnnxGraph graph, OnnxValue input, long[] output) => output.All(size => size == 1)
        ? graph.Apply("GlobalMaxPool", [input])
        : Windowed(graph, input, output, "ReduceMax", window => Pools.Max(graph, input, window, stride: null, padding: null, dilation: null, ceil: false));

    private static OnnxValue Windowed(OnnxGraph graph, OnnxValue input, long[] output, string reduction, Func<long[], OnnxValue> even)
    {
        long[] places = [.. graph.ShapeOf(input).TakeLast(output.Length)];
        if (places.Zip(output).All(pair => pair.First % pair.Second == 0))
        {
            return even([.. places.Zip(output, (size, wanted) => size / wanted)]);
        }

        // A box of places is a window of each dimension, one dimension after the other.
        return Enumerable.Range(0, output.Length).Aggregate(input, (value, index) => Uneven(graph, value, index + 2, places[index], output[index], reduction));
    }

    // As PyTorch has the windows: from i · size / count, rounded down, to (i + 1) · size / count, rounded up.
    private static OnnxValue Uneven(OnnxGraph graph, OnnxValue input, long axis, long size, long count, string reduction)
    {
        IEnumerable<OnnxValue> windows =
            from index in Enumerable.Range(0, (int)count)
            let part = Slices.Of(graph, input, axis, index * size / count, (((index + 1) * size) + count - 1) / count)
            select graph.Apply(reduction, [part], ("axes", (long[])[axis]));
        return graph.Apply("Concat", [.. windows], ("axis", axis));
    }
}
