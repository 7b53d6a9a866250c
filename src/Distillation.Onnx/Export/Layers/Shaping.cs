using TorchSharp.Modules;

namespace Distillation.Onnx.Layers;

/// <summary>Layers that move values, and layers that do nothing in evaluation mode.</summary>
internal static class Shaping
{
    public static IEnumerable<LayerWriter> Writers =>
    [
        LayerWriter.Nothing<Identity>(),
        LayerWriter.Nothing<Dropout>(),
        LayerWriter.Nothing<Dropout1d>(),
        LayerWriter.Nothing<Dropout2d>(),
        LayerWriter.Nothing<Dropout3d>(),
        LayerWriter.Nothing<AlphaDropout>(),
        LayerWriter.Nothing<FeatureAlphaDropout>(),
        LayerWriter.For<Flatten>(Flattened),
        LayerWriter.For<Unflatten>(Unflattened),
        LayerWriter.For<PixelShuffle>((graph, layer, input) => graph.Apply("DepthToSpace", [input], ("blocksize", layer.upscale_factor), ("mode", "CRD"))),
        LayerWriter.For<PixelUnshuffle>(Unshuffled),
        LayerWriter.For<ChannelShuffle>(Shuffled),
    ];

    /// <summary>One vector for each sample.</summary>
    public static OnnxValue Vectors(OnnxGraph graph, OnnxValue input) => graph.Apply("Flatten", [input], ("axis", 1));

    private static OnnxValue Flattened(OnnxGraph graph, Flatten layer, OnnxValue input)
    {
        if (layer is { start_dim: 1, end_dim: -1 })
        {
            return Vectors(graph, input);
        }

        IReadOnlyList<long> shape = graph.ShapeOf(input);
        int first = Dimension(layer.start_dim, shape.Count);
        int last = Dimension(layer.end_dim, shape.Count);
        long together = shape.Skip(first).Take(last - first + 1).Aggregate((left, right) => left * right);
        return Reshaped(graph, input, [.. shape.Take(first), together, .. shape.Skip(last + 1)]);
    }

    private static OnnxValue Unflattened(OnnxGraph graph, Unflatten layer, OnnxValue input)
    {
        IReadOnlyList<long> shape = graph.ShapeOf(input);
        int dimension = Dimension(layer.dim, shape.Count);
        return Reshaped(graph, input, [.. shape.Take(dimension), .. layer.unflattened_size, .. shape.Skip(dimension + 1)]);
    }

    // Zero keeps the first size, the batch.
    private static OnnxValue Reshaped(OnnxGraph graph, OnnxValue input, long[] shape) => graph.Apply("Reshape", [input, graph.Integers([0, .. shape.Skip(1)])]);

    private static int Dimension(long dimension, int count) => (int)(dimension < 0 ? dimension + count : dimension) is > 0 and var index
        ? index
        : throw new OnnxExportException("it reshapes the first dimension, which is the batch.");

    // [N, C, H, W] to [N, C, f, f, H / f, W / f] to [N, C f f, H / f, W / f]. (SpaceToDepth of ONNX has the channels last.)
    private static OnnxValue Unshuffled(OnnxGraph graph, PixelUnshuffle layer, OnnxValue input)
    {
        IReadOnlyList<long> shape = graph.ShapeOf(input);
        (long factor, long height, long width) = (layer.downscale_factor, shape[2] / layer.downscale_factor, shape[3] / layer.downscale_factor);
        OnnxValue cut = graph.Apply("Reshape", [input, graph.Integers(0, shape[1], height, factor, width, factor)]);
        OnnxValue turned = graph.Apply("Transpose", [cut], ("perm", (long[])[0, 1, 3, 5, 2, 4]));
        return graph.Apply("Reshape", [turned, graph.Integers(0, shape[1] * factor * factor, height, width)]);
    }

    // [N, g, C / g, ...] to [N, C / g, g, ...].
    private static OnnxValue Shuffled(OnnxGraph graph, ChannelShuffle layer, OnnxValue input)
    {
        IReadOnlyList<long> shape = graph.ShapeOf(input);
        OnnxValue cut = graph.Apply("Reshape", [input, graph.Integers(0, layer.groups, shape[1] / layer.groups, -1)]);
        return Reshaped(graph, graph.Apply("Transpose", [cut], ("perm", (long[])[0, 2, 1, 3])), [.. shape]);
    }
}
