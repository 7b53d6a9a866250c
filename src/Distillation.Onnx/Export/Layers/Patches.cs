using TorchSharp.Modules;

namespace Distillation.Onnx.Layers;

/// <summary>Pictures as columns of patches, and back: convolutions whose kernels have a single one, for each place of a patch its own.</summary>
internal static class Patches
{
    public static IEnumerable<LayerWriter> Writers =>
    [
        LayerWriter.For<Unfold>(Unfolded),
        LayerWriter.For<Fold>(Folded),
    ];

    // [N, C, H, W] to [N, C kh kw, L].
    private static OnnxValue Unfolded(OnnxGraph graph, Unfold layer, OnnxValue input)
    {
        long channels = graph.ShapeOf(input)[1];
        long[] kernel = Pair(layer.kernel_size);
        long[] padding = Pair(layer.padding);
        OnnxValue patches = graph.Apply(
            "Conv",
            [input, Ones(graph, channels, kernel)],
            ("kernel_shape", kernel),
            ("strides", Pair(layer.stride)),
            ("pads", (long[])[.. padding, .. padding]),
            ("dilations", Pair(layer.dilation)),
            ("group", channels));
        return graph.Apply("Reshape", [patches, graph.Integers(0, channels * kernel[0] * kernel[1], -1)]);
    }

    // [N, C kh kw, L] to [N, C, H, W]; what falls on one place is added up.
    private static OnnxValue Folded(OnnxGraph graph, Fold layer, OnnxValue input)
    {
        (long[] size, long[] kernel, long[] stride, long[] padding, long[] dilation) =
            (Pair(layer.output_size), Pair(layer.kernel_size), Pair(layer.stride), Pair(layer.padding), Pair(layer.dilation));
        long channels = graph.ShapeOf(input)[1] / (kernel[0] * kernel[1]);
        long[] free = [.. Enumerable.Range(0, 2).Select(axis => size[axis] + (2 * padding[axis]) - (dilation[axis] * (kernel[axis] - 1)) - 1)];
        OnnxValue picture = graph.Apply(
            "Reshape", [input, graph.Integers(0, channels * kernel[0] * kernel[1], (free[0] / stride[0]) + 1, (free[1] / stride[1]) + 1)]);
        return graph.Apply(
            "ConvTranspose",
            [picture, Ones(graph, channels, kernel)],
            ("kernel_shape", kernel),
            ("strides", stride),
            ("pads", (long[])[.. padding, .. padding]),
            ("output_padding", (long[])[free[0] % stride[0], free[1] % stride[1]]),
            ("dilations", dilation),
            ("group", channels));
    }

    private static OnnxValue Ones(OnnxGraph graph, long channels, long[] kernel) =>
        graph.Constant("ones", torch.eye(kernel[0] * kernel[1]).reshape(kernel[0] * kernel[1], 1, kernel[0], kernel[1]).repeat(channels, 1, 1, 1));

    private static long[] Pair((long Height, long Width) sizes) => [sizes.Height, sizes.Width];
}
