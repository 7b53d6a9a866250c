namespace Distillation.Onnx.Layers;

/// <summary>What an attention must not look at.</summary>
/// <param name="Scores">[L, S] of numbers, to add to the scores.</param>
/// <param name="Padding">[N, S] of truth values: true for a key that counts for nothing.</param>
internal readonly record struct AttentionMasks(OnnxValue? Scores, OnnxValue? Padding)
{
    /// <summary>Masks scores, [N, heads, L, S].</summary>
    public OnnxValue Apply(OnnxGraph graph, OnnxValue scores)
    {
        OnnxValue seen = Scores is null ? scores : graph.Apply("Add", [scores, Scores]);
        return Padding is null
            ? seen
            : graph.Apply("Where", [graph.Apply("Unsqueeze", [Padding, graph.Integers(1, 2)]), graph.Number(double.NegativeInfinity), seen]);
    }
}
