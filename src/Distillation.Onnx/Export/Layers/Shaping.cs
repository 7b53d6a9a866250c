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
        LayerWriter.For<ConstantPad1d>((graph, layer, input) => Padded(graph, layer, input, "constant")),
        LayerWriter.For<ConstantPad2d>((graph, layer, input) => Padded(graph, layer, input, "constant")),
        LayerWriter.For<ZeroPad2d>((graph, layer, input) => Padded(graph, layer, input, "constant")),
        LayerWriter.For<ReflectionPad1d>((graph, layer, input) => Padded(graph, layer, input, "reflect")),
        LayerWriter.For<ReflectionPad2d>((graph, layer, input) => Padded(graph, layer, input, "reflect")),
        LayerWriter.For<ReplicationPad1d>((graph, layer, input) => Padded(graph, layer, input, "edge")),
        LayerWriter.For<ReplicationPad2d>((graph, layer, input) => Padded(graph, layer, input, "edge")),
    ];

    private static OnnxValue Flattened(OnnxGraph graph, Flatten layer, OnnxValue input)
    {
        if (layer is { start_dim: 1, end_dim: -1 })
        {
            return graph.Apply("Flatten", [input], ("axis", 1));
        }

        IReadOnlyList<long> shape = graph.ShapeOf(input);
        int first = Dimension(layer.start_dim, shape.Count);
        int last = Dimension(layer.end_dim, shape.Count);
        return Reshaped(graph, input, [.. shape.Take(first), shape.Skip(first).Take(last - first + 1).Aggregate((left, right) => left * right), .. shape.Skip(last + 1)]);
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

    // TorchSharp names the last dimension first, as (before, after); ONNX all befores and then all afters, of all dimensions in order.
    private static OnnxValue Padded(OnnxGraph graph, PadBase layer, OnnxValue input, string mode)
    {
        (long Before, long After)[] pads = [.. layer.padding.Chunk(2).Select(pair => (pair[0], pair[1])).Reverse()];
        OnnxValue amounts = graph.Integers([0, 0, .. pads.Select(pad => pad.Before), 0, 0, .. pads.Select(pad => pad.After)]);
        return graph.Apply("Pad", mode == "constant" ? [input, amounts, graph.Number(layer.value)] : [input, amounts], ("mode", mode));
    }
}
