using TorchSharp.Modules;

namespace Distillation.Onnx.Layers;

/// <summary>Layers that are a table of numbers.</summary>
internal static class Weights
{
    public static IEnumerable<LayerWriter> Writers =>
    [
        LayerWriter.For<TorchSharp.Modules.Linear>((graph, layer, input) =>
            Linear(graph, input, graph.Constant("weight", layer.weight), layer.bias is { } bias ? graph.Constant("bias", bias) : null)),
        LayerWriter.For<Embedding>((graph, layer, input) => graph.Apply("Gather", [graph.Constant("weight", layer.weight!), input], ("axis", 0))),
    ];

    public static OnnxValue Linear(OnnxGraph graph, OnnxValue input, NamedWeights weights) =>
        Linear(graph, input, weights.Constant(graph, "weight"), weights.Has("bias") ? weights.Constant(graph, "bias") : null);

    /// <summary>x Wᵀ + b over the last dimension, whatever is before it.</summary>
    /// <remarks>
    /// The file has W as the module has it, so that a layer and an embedding can share one; ONNX Runtime transposes it once as it loads the file.
    /// </remarks>
    public static OnnxValue Linear(OnnxGraph graph, OnnxValue input, OnnxValue weight, OnnxValue? bias)
    {
        OnnxValue product = graph.Apply("MatMul", [input, graph.Apply("Transpose", [weight], ("perm", (long[])[1, 0]))]);
        return bias is null ? product : graph.Apply("Add", [product, bias]);
    }
}
