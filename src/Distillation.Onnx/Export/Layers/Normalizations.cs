using TorchSharp.Modules;

namespace Distillation.Onnx.Layers;

/// <summary>Layers that bring values to mean 0 and deviation 1.</summary>
internal static class Normalizations
{
    public static IEnumerable<LayerWriter> Writers =>
    [
        LayerWriter.For<BatchNorm1d>(OfBatches),
        LayerWriter.For<BatchNorm2d>(OfBatches),
        LayerWriter.For<BatchNorm3d>(OfBatches),
        LayerWriter.For<InstanceNorm1d>(OfInstances),
        LayerWriter.For<InstanceNorm2d>(OfInstances),
        LayerWriter.For<InstanceNorm3d>(OfInstances),
        LayerWriter.For<LayerNorm>(OfLayers),
        LayerWriter.For<GroupNorm>(OfGroups),
        LayerWriter.For<LocalResponseNorm>(OfNeighbors),
    ];

    public static OnnxValue OfLayers(OnnxGraph graph, OnnxValue input, OnnxValue weight, OnnxValue? bias, long axis, double epsilon) =>
        graph.Apply("LayerNormalization", bias is null ? [input, weight] : [input, weight, bias], ("axis", axis), ("epsilon", epsilon));

    private static OnnxValue OfLayers(OnnxGraph graph, LayerNorm layer, OnnxValue input)
    {
        OnnxValue weight = graph.Constant("weight", layer.weight ?? torch.ones(layer.normalized_shape));
        OnnxValue? bias = layer.bias is { } values ? graph.Constant("bias", values) : null;
        return OfLayers(graph, input, weight, bias, -layer.normalized_shape.Length, layer.eps);
    }

    private static OnnxValue OfBatches(OnnxGraph graph, BatchNorm layer, OnnxValue input) =>
        ByStatistics(graph, layer, input)
        ?? throw new OnnxExportException("it has no running statistics, so that a sample's output depends on the rest of its batch.");

    private static OnnxValue OfInstances(OnnxGraph graph, InstanceNorm layer, OnnxValue input) =>
        ByStatistics(graph, layer, input) ?? graph.Apply("InstanceNormalization", [input, .. WeightAndBias(graph, layer, input)], ("epsilon", layer.eps));

    private static OnnxValue? ByStatistics(OnnxGraph graph, NormBase layer, OnnxValue input) =>
        layer.running_mean is { } mean && layer.running_var is { } variance
            ? graph.Apply(
                "BatchNormalization",
                [input, .. WeightAndBias(graph, layer, input), graph.Constant("running_mean", mean), graph.Constant("running_var", variance)],
                ("epsilon", layer.eps))
            : null;

    // Of a layer whose channels were pruned, the input alone has their number.
    private static OnnxValue[] WeightAndBias(OnnxGraph graph, NormBase layer, OnnxValue input)
    {
        long channels = graph.ShapeOf(input)[1];
        return [graph.Constant("weight", layer.weight ?? torch.ones(channels)), graph.Constant("bias", layer.bias ?? torch.zeros(channels))];
    }

    // Each group as a channel of its own, then back.
    private static OnnxValue OfGroups(OnnxGraph graph, GroupNorm layer, OnnxValue input)
    {
        IReadOnlyList<long> shape = graph.ShapeOf(input);
        OnnxValue grouped = graph.Apply("Reshape", [input, graph.Integers(0, layer.num_groups, -1)]);
        OnnxValue one = graph.Constant("ones", torch.ones(layer.num_groups));
        OnnxValue zero = graph.Constant("zeros", torch.zeros(layer.num_groups));
        OnnxValue normal = graph.Apply("InstanceNormalization", [grouped, one, zero], ("epsilon", layer.eps));
        OnnxValue output = graph.Apply("Reshape", [normal, graph.Integers([0, .. shape.Skip(1)])]);
        if (layer.weight is { } weight && layer.bias is { } bias)
        {
            long[] channels = [shape[1], .. Enumerable.Repeat(1L, shape.Count - 2)];
            output = graph.Apply("Mul", [output, graph.Constant("weight", weight.reshape(channels))]);
            output = graph.Apply("Add", [output, graph.Constant("bias", bias.reshape(channels))]);
        }

        return output;
    }

    // x / (k + α mean(x² of the channels around))^β. (LRN of ONNX is for pictures alone, and has another window where its size is even.)
    private static OnnxValue OfNeighbors(OnnxGraph graph, LocalResponseNorm layer, OnnxValue input)
    {
        OnnxValue squares = graph.Apply("Reshape", [graph.Apply("Mul", [input, input]), graph.Integers(0, 1, graph.ShapeOf(input)[1], -1)]);
        OnnxValue mean = graph.Apply(
            "AveragePool",
            [squares],
            ("kernel_shape", (long[])[layer.size, 1]),
            ("pads", (long[])[layer.size / 2, 0, (layer.size - 1) / 2, 0]),
            ("count_include_pad", 1));
        OnnxValue size = graph.Apply("Add", [graph.Apply("Mul", [mean, graph.Number(layer.alpha)]), graph.Number(layer.k)]);
        OnnxValue divisor = graph.Apply("Pow", [size, graph.Number(layer.beta)]);
        return graph.Apply("Div", [input, graph.Apply("Reshape", [divisor, graph.Apply("Shape", [input])])]);
    }
}
