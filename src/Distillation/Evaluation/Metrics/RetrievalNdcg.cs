namespace Distillation.Evaluation;

/// <summary>
/// The normalized discounted cumulative gain of the k most similar samples (Järvelin and Kekäläinen, 2002): Σᵢ relᵢ / log₂(i + 1), divided by the largest that
/// is possible; a sample is relevant to those of its class. In [0, 1].
/// </summary>
/// <remarks>Samples are searched for as in <see cref="RetrievalRecall"/>; those alone in their class do not count, and NaN where all are.</remarks>
/// <param name="k">How many are looked at; positive.</param>
public sealed class RetrievalNdcg(int k) : Metric
{
    /// <summary>Gets how many are looked at.</summary>
    public int K { get; } = Require.Positive(k);

    /// <summary>Gets the name, such as <c>NdcgAt10</c>.</summary>
    public override string Name => $"NdcgAt{K}";

    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <inheritdoc/>
    public override MetricReduction Reduction => MetricReduction.Concatenate;

    /// <inheritdoc/>
    public override Tensor Measure(MetricInput input) => RankedNeighbors.State(Require.Present(input).Embeddings);

    /// <inheritdoc/>
    public override double Compute(Tensor state) => RankedNeighbors.Mean(Require.Present(state), K, Gain);

    private static Tensor Gain(Tensor hits, Tensor all)
    {
        double[] discounts = [.. Enumerable.Range(0, (int)hits.size(1)).Select(place => 1 / Math.Log2(place + 2))];
        Tensor discount = torch.tensor(discounts, hits.dtype, hits.device);
        Tensor best = discount.cumsum(0).gather(0, all.Clamp(1, hits.size(1)).Sub(1).to(torch.ScalarType.Int64));
        return (hits * discount).sum(1).div(best);
    }
}
