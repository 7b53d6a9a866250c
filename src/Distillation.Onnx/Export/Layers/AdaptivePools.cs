using TorchSharp.Modules;

namespace Distillation.Onnx.Layers;

/// <summary>Pools to a given size. ONNX has them for the size 1; others are pools with a window, where the size of the input divides.</summary>
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

    private static OnnxValue Average(OnnxGraph graph, OnnxValue input, long[] output) =>
        output.All(size => size == 1)
            ? graph.Apply("GlobalAveragePool", [input])
            : Pools.Average(graph, input, Window(graph, input, output), stride: null, padding: null, ceil: false, countsPadding: true, divisor: null);

    private static OnnxValue Max(OnnxGraph graph, OnnxValue input, long[] output) =>
        output.All(size => size == 1)
            ? graph.Apply("GlobalMaxPool", [input])
            : Pools.Max(graph, input, Window(graph, input, output), stride: null, padding: null, dilation: null, ceil: false);

    private static long[] Window(OnnxGraph graph, OnnxValue input, long[] output)
    {
        long[] places = [.. graph.ShapeOf(input).TakeLast(output.Length)];
        return places.Zip(output).All(pair => pair.Second > 0 && pair.First > 0 && pair.First % pair.Second == 0)
            ? [.. places.Zip(output, (size, wanted) => size / wanted)]
            : throw new OnnxExportException($"it pools [{string.Join(", ", places)}] to [{string.Join(", ", output)}]; its windows have one size only where the second divides the first.");
    }
}
