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
        LayerWriter.For<LPPool1d>((graph, layer, input) => OfPowers(graph, input, [layer.kernel_size], One(layer.stride), layer.ceil_mode, layer.norm_type)),
        LayerWriter.For<LPPool2d>((graph, layer, input) => OfPowers(graph, input, layer.kernel_size, layer.stride, layer.ceil_mode, layer.norm_type)),
    ];

    public static OnnxValue Max(OnnxGraph graph, OnnxValue input, long[] kernel, long[]? stride, long[]? padding, long[]? dilation, bool ceil)
    {
        padding ??= new long[kernel.Length];
        dilation ??= [.. kernel.Select(_ => 1L)];
        return graph.Apply(
            "MaxPool",
            [input],
            ("kernel_shape", kernel),
            ("strides", stride ?? kernel),
            ("pads", (long[])[.. padding, .. padding]),
            ("dilations", dilation),
            ("ceil_mode", ceil ? 1 : 0));
    }

    public static OnnxValue Average(
        OnnxGraph graph, OnnxValue input, long[] kernel, long[]? stride, long[]? padding, bool ceil, bool countsPadding, long? divisor)
    {
        padding ??= new long[kernel.Length];
        bool counts = divisor is not null || (countsPadding && padding.Any(pad => pad > 0));
        if (ceil && counts)
        {
            throw new OnnxExportException(
                "ONNX counts other places than PyTorch in windows that reach over the end (ceil_mode with count_include_pad or divisor_override).");
        }

        OnnxValue mean = graph.Apply(
            "AveragePool",
            [input],
            ("kernel_shape", kernel),
            ("strides", stride ?? kernel),
            ("pads", (long[])[.. padding, .. padding]),
            ("ceil_mode", ceil ? 1 : 0),
            ("count_include_pad", counts ? 1 : 0));
        return divisor is { } own ? graph.Apply("Mul", [mean, graph.Number((double)Places(kernel) / own)]) : mean;
    }

    // (Σ xᵖ)^(1/p), without an absolute value, as libtorch has it.
    private static OnnxValue OfPowers(OnnxGraph graph, OnnxValue input, long[] kernel, long[]? stride, bool ceil, double power)
    {
        OnnxValue mean = Average(
            graph, graph.Apply("Pow", [input, graph.Number(power)]), kernel, stride, padding: null, ceil, countsPadding: true, divisor: null);
        return graph.Apply("Pow", [graph.Apply("Mul", [mean, graph.Number(Places(kernel))]), graph.Number(1 / power)]);
    }

    private static long Places(long[] kernel) => kernel.Aggregate((left, right) => left * right);

    private static long[]? One(long? value) => value is { } one ? [one] : null;
}
