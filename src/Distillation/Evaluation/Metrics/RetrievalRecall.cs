namespace Distillation.Evaluation;

/// <summary>
/// Recall at k: each sample is searched for among all others by the cosine similarity of embeddings, and the share of those of its class that are among the k
/// most similar is averaged. In [0, 1].
/// </summary>
/// <remarks>
/// It equals torchmetrics' <c>RetrievalRecall(top_k=k, empty_target_action="skip")</c>: samples that are alone in their class do not count; NaN where all are.
/// With more than k others in a class, 1 is out of reach.
/// </remarks>
/// <param name="k">How many count as found; positive.</param>
public sealed class RetrievalRecall(int k) : Metric
{
    /// <summary>Gets how many count as found.</summary>
    public int K { get; } = Require.Positive(k);

    /// <summary>Gets the name, such as <c>RecallAt10</c>.</summary>
    public override string Name => $"RecallAt{K}";

    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <inheritdoc/>
    public override MetricReduction Reduction => MetricReduction.Concatenate;

    /// <inheritdoc/>
    public override Tensor Measure(MetricInput input) => RankedNeighbors.State(Require.Present(input).Embeddings);

    /// <inheritdoc/>
    public override double Compute(Tensor state) => RankedNeighbors.Mean(Require.Present(state), K, (hits, all) => hits.sum(1).div(all));
}
