using TorchSharp.Modules;

namespace Distillation.Onnx.Layers;

/// <summary>Layers that are a table of numbers.</summary>
internal static class Weights
{
    public static IEnumerable<LayerWriter> Writers =>
    [
        LayerWriter.For<TorchSharp.Modules.Linear>((graph, layer, input) => Linear(graph, input, "", layer.weight, layer.bias)),
        LayerWriter.For<Embedding>((graph, layer, input) => graph.Apply("Gather", [graph.Constant("weight", layer.weight!), input], ("axis", 0))),
    ];

    /// <summary>x Wᵀ + b over the last dimension, whatever is before it.</summary>
    public static OnnxValue Linear(OnnxGraph graph, OnnxValue input, string prefix, Tensor weight, Tensor? bias)
    {
        OnnxValue product = graph.Apply("MatMul", [input, graph.Constant($"{prefix}weight", weight.t())]);
        return bias is null ? product : graph.Apply("Add", [product, graph.Constant($"{prefix}bias", bias)]);
    }
}
