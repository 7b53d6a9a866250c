using TorchSharp.Modules;

namespace Distillation.Onnx.Layers;

/// <summary>A layer of a transformer's encoder on [L, N, E], the sequence first: x' = norm₁(x + attention(x)), norm₂(x' + feedForward(x')). Vaswani et al., "Attention Is All You Need", 2017.</summary>
internal static class Transformers
{
    // What libtorch normalises layers with.
    private const double Epsilon = 1e-5;

    public static IEnumerable<LayerWriter> Writers => [LayerWriter.For<TransformerEncoderLayer>(WriteEncoderLayer)];

    private static OnnxValue WriteEncoderLayer(OnnxGraph graph, TransformerEncoderLayer layer, OnnxValue input)
    {
        Dictionary<string, Tensor> weights = layer.named_parameters().ToDictionary(one => one.name, one => (Tensor)one.parameter);
        EncoderSettings settings = EncoderSettings.Of(layer, weights);
        OnnxValue attended = Attention(graph, input, weights, settings.Heads);
        OnnxValue middle = Norm(graph, graph.Apply("Add", [input, attended]), weights, "norm1");
        OnnxValue hidden = Linear(graph, middle, weights, "linear1");
        OnnxValue active = settings.Activation == torch.nn.Activations.GELU ? GatedActivations.Gelu(graph, hidden) : graph.Apply("Relu", [hidden]);
        return Norm(graph, graph.Apply("Add", [middle, Linear(graph, active, weights, "linear2")]), weights, "norm2");
    }

    // softmax(Q Kᵀ / √d) V of each head.
    private static OnnxValue Attention(OnnxGraph graph, OnnxValue input, Dictionary<string, Tensor> weights, long heads)
    {
        Tensor[] parts = weights["self_attn.in_proj_weight"].chunk(3);
        Tensor[] biases = weights["self_attn.in_proj_bias"].chunk(3);
        long width = parts[0].size(0);
        long each = width / heads;
        OnnxValue query = Head(0, "query", [1, 2, 0, 3]);
        OnnxValue key = Head(1, "key", [1, 2, 3, 0]);
        OnnxValue value = Head(2, "value", [1, 2, 0, 3]);
        OnnxValue scores = graph.Apply("MatMul", [graph.Apply("Mul", [query, graph.Number(1 / Math.Sqrt(each))]), key]);
        OnnxValue mixed = graph.Apply("MatMul", [graph.Apply("Softmax", [scores], ("axis", -1)), value]);
        OnnxValue joined = graph.Apply("Reshape", [graph.Apply("Transpose", [mixed], ("perm", (long[])[2, 0, 1, 3])), graph.Integers(0, 0, width)]);
        return Linear(graph, joined, weights, "self_attn.out_proj");

        OnnxValue Head(int part, string name, long[] order)
        {
            OnnxValue all = Weights.Linear(graph, input, $"self_attn.{name}_", parts[part], biases[part]);
            return graph.Apply("Transpose", [graph.Apply("Reshape", [all, graph.Integers(0, 0, heads, each)])], ("perm", order));
        }
    }

    private static OnnxValue Linear(OnnxGraph graph, OnnxValue input, Dictionary<string, Tensor> weights, string name) =>
        Weights.Linear(graph, input, $"{name}.", weights[$"{name}.weight"], weights[$"{name}.bias"]);

    private static OnnxValue Norm(OnnxGraph graph, OnnxValue input, Dictionary<string, Tensor> weights, string name) =>
        Normalizations.OfLayers(graph, input, graph.Constant($"{name}.weight", weights[$"{name}.weight"]), graph.Constant($"{name}.bias", weights[$"{name}.bias"]), -1, Epsilon);
}
