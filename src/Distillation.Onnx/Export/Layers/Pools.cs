using TorchSharp.Modules;

namespace Distillation.Onnx.Layers;

/// <summary>Pools with a window of a given size.</summary>
internal static class Pools
{
    public static IEnumerable<LayerWriter> Writers =>
    [
        LayerWriter.For<MaxPool1d>((graph, layer, input) =>
            Max(graph, input, [layer.kernel_size], One(layer.stride), One(layer.padding), One(layer.dilation), layer.ceil_mode)),
        LayerWriter.For<MaxPool2d>((graph, layer, input) => Max(graph, input, layer.kernel_size, layer.stride, layer.padding, layer.dilation, layer.ceil_mode)),
        LayerWriter.For<MaxPool3d>((graph, layer, input) => Max(graph, input, layer.kernel_size, layer.stride, layer.padding, layer.dilation, layer.ceil_mode)),
        LayerWriter.For<AvgPool1d>((graph, layer, input) =>
            Average(graph, input, [layer.kernel_size], One(layer.stride), One(layer.padding), layer.ceil_mode, layer.count_include_pad, null)),
        LayerWriter.For<AvgPool2d>((graph, layer, input) =>
            Average(graph, input, layer.kernel_size, layer.stride, layer.padding, layer.ceil_mode, layer.count_include_pad, layer.divisor_override)),
        LayerWriter.For<AvgPool3d>((graph, layer, input) =>
            Average(graph, input, layer.kernel_size, layer.stride, layer.padding, layer.ceil_mode, layer.count_include_pad, layer.divisor_override)),
    ];

    public static OnnxValue Max(OnnxGraph graph, OnnxValue input, long[] kernel, long[]? stride, long[]? padding, long[]? dilation, bool ceil)
    {
        padding ??= new long[kernel.Length];
        dilation ??= [.. kernel.Select(_ => 1L)];
        return graph.Apply(
            "MaxPool", [input], ("kernel_shape", kernel), ("strides", stride ?? kernel), ("pads", (long[])[.. padding, .. padding]), ("dilations", dilation), ("ceil_mode", ceil ? 1 : 0));
    }

    public static OnnxValue Average(OnnxGraph graph, OnnxValue input, long[] kernel, long[]? stride, long[]? padding, bool ceil, bool countsPadding, long? divisor)
    {
        if (divisor is not null)
        {
            throw new OnnxExportException("ONNX has no pool with a divisor of its own.");
        }

        padding ??= new long[kernel.Length];
        return graph.Apply(
            "AveragePool",
            [input],
            ("kernel_shape", kernel),
            ("strides", stride ?? kernel),
            ("pads", (long[])[.. padding, .. padding]),
            ("ceil_mode", ceil ? 1 : 0),
            ("count_include_pad", countsPadding ? 1 : 0));
    }

    private static long[]? One(long? value) => value is { } one ? [one] : null;
}
