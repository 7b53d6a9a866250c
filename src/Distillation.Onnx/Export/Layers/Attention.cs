using TorchSharp.Modules;

namespace Distillation.Onnx.Layers;

/// <summary>softmax(Q Kᵀ / √d + mask) V of each head, on [L, N, E], the sequence first. Vaswani et al., "Attention Is All You Need", 2017.</summary>
internal static class Attention
{
    public static OnnxValue Write(OnnxGraph graph, MultiheadAttention layer, OnnxValue query, OnnxValue key, OnnxValue value, AttentionMasks masks)
    {
        NamedWeights weights = NamedWeights.Of(layer);
        return Write(graph, weights, AttentionSettings.Of(layer, weights), query, key, value, masks);
    }

    public static OnnxValue Write(
        OnnxGraph graph, NamedWeights weights, AttentionSettings settings, OnnxValue query, OnnxValue key, OnnxValue value, AttentionMasks masks)
    {
        Tensor[] matrices = weights.Has("in_proj_weight")
            ? weights["in_proj_weight"].chunk(3)
            : [weights["q_proj_weight"], weights["k_proj_weight"], weights["v_proj_weight"]];
        Tensor[]? biases = weights.Has("in_proj_bias") ? weights["in_proj_bias"].chunk(3) : null;
        long width = matrices[0].size(0);
        long each = width / settings.Heads;

        OnnxValue keys = MorePlaces(Projected(1, "k", key), "bias_k");
        OnnxValue values = MorePlaces(Projected(2, "v", value), "bias_v");
        OnnxValue queries = graph.Apply("Mul", [Heads(Projected(0, "q", query), [1, 2, 0, 3]), graph.Number(1 / Math.Sqrt(each))]);
        OnnxValue scores = masks.Apply(graph, graph.Apply("MatMul", [queries, Heads(keys, [1, 2, 3, 0])]));
        OnnxValue mixed = graph.Apply("MatMul", [graph.Apply("Softmax", [scores], ("axis", -1)), Heads(values, [1, 2, 0, 3])]);
        OnnxValue joined = graph.Apply("Reshape", [graph.Apply("Transpose", [mixed], ("perm", (long[])[2, 0, 1, 3])), graph.Integers(0, 0, width)]);
        return Weights.Linear(graph, joined, weights.Part("out_proj"));

        OnnxValue Projected(int part, string name, OnnxValue input) => Weights.Linear(
            graph, input, weights.Constant(graph, $"{name}_proj_weight", matrices[part]), biases is null
                ? null
                : weights.Constant(graph, $"{name}_proj_bias", biases[part]));

        OnnxValue Heads(OnnxValue all, long[] order) =>
            graph.Apply("Transpose", [graph.Apply("Reshape", [all, graph.Integers(0, 0, settings.Heads, each)])], ("perm", order));

        // A learned key and a zero, at the end of every sequence.
        OnnxValue MorePlaces(OnnxValue all, string bias)
        {
            List<OnnxValue> more = weights.Has(bias) ? [weights.Constant(graph, bias)] : [];
            if (settings.AddsZero)
            {
                more.Add(graph.Constant("zero", torch.zeros(1, 1, width)));
            }

            if (more.Count == 0)
            {
                return all;
            }

            if (masks != default)
            {
                throw new OnnxExportException("a mask has no place for the keys that it adds (add_bias_kv, add_zero_attn).");
            }

            OnnxValue shape = graph.Apply("Concat", [graph.Integers(1), graph.Apply("Shape", [all], ("start", 1))], ("axis", 0));
            return graph.Apply("Concat", [all, .. more.Select(one => graph.Apply("Expand", [one, shape]))], ("axis", 0));
        }
    }
}
