using TorchSharp.Modules;

namespace Distillation.Onnx.Layers;

/// <summary>Activations that opset 17 has no operator for: they are written by their formulas.</summary>
internal static class GatedActivations
{
    public static IEnumerable<LayerWriter> Writers =>
    [
        LayerWriter.For<SiLU>((graph, _, input) => graph.Apply("Mul", [input, graph.Apply("Sigmoid", [input])])),
        LayerWriter.For<Mish>((graph, _, input) => graph.Apply("Mul", [input, graph.Apply("Tanh", [graph.Apply("Softplus", [input])])])),
        LayerWriter.For<GELU>((graph, layer, input) => layer.approximate == GELU.Approximate.tanh ? GeluByTanh(graph, input) : Gelu(graph, input)),
        LayerWriter.For<LogSigmoid>((graph, _, input) => graph.Apply("Neg", [graph.Apply("Softplus", [graph.Apply("Neg", [input])])])),
        LayerWriter.For<Tanhshrink>((graph, _, input) => graph.Apply("Sub", [input, graph.Apply("Tanh", [input])])),
        LayerWriter.For<Softplus>(WriteSoftplus),
        LayerWriter.For<Threshold>((graph, layer, input) =>
            graph.Apply("Where", [graph.Apply("Greater", [input, graph.Number(layer.threshold)]), input, graph.Number(layer.value)])),
        LayerWriter.For<GLU>(WriteGlu),
    ];

    /// <summary>x Φ(x) = x / 2 · (1 + erf(x / √2)).</summary>
    public static OnnxValue Gelu(OnnxGraph graph, OnnxValue input)
    {
        OnnxValue error = graph.Apply("Erf", [graph.Apply("Div", [input, graph.Number(Math.Sqrt(2))])]);
        return Half(graph, input, error);
    }

    /// <summary>x / 2 · (1 + tanh(√(2/π) (x + 0.044715 x³))).</summary>
    private static OnnxValue GeluByTanh(OnnxGraph graph, OnnxValue input)
    {
        OnnxValue square = graph.Apply("Mul", [input, input]);
        OnnxValue inner = graph.Apply("Add", [graph.Apply("Mul", [square, graph.Number(0.044715)]), graph.Number(1)]);
        OnnxValue scaled = graph.Apply("Mul", [graph.Apply("Mul", [inner, input]), graph.Number(Math.Sqrt(2 / Math.PI))]);
        return Half(graph, input, graph.Apply("Tanh", [scaled]));
    }

    private static OnnxValue Half(OnnxGraph graph, OnnxValue input, OnnxValue share) =>
        graph.Apply("Mul", [graph.Apply("Mul", [input, graph.Apply("Add", [share, graph.Number(1)])]), graph.Number(0.5)]);

    // log(1 + exp(βx)) / β, and x where βx is above the threshold.
    private static OnnxValue WriteSoftplus(OnnxGraph graph, Softplus layer, OnnxValue input)
    {
        OnnxValue steep = graph.Apply("Mul", [input, graph.Number(layer.beta)]);
        OnnxValue soft = graph.Apply("Div", [graph.Apply("Softplus", [steep]), graph.Number(layer.beta)]);
        return graph.Apply("Where", [graph.Apply("Greater", [steep, graph.Number(layer.threshold)]), input, soft]);
    }

    // The first half of a dimension, gated by the second.
    private static OnnxValue WriteGlu(OnnxGraph graph, GLU layer, OnnxValue input)
    {
        IReadOnlyList<long> shape = graph.ShapeOf(input);
        long half = shape[(int)(layer.dim < 0 ? layer.dim + shape.Count : layer.dim)] / 2;
        OnnxValue gate = graph.Apply("Sigmoid", [Slices.Of(graph, input, layer.dim, half, long.MaxValue)]);
        return graph.Apply("Mul", [Slices.Of(graph, input, layer.dim, 0, half), gate]);
    }
}
