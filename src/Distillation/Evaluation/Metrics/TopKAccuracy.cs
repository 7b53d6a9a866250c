namespace Distillation.Evaluation;

/// <summary>The share of rows whose label is among the k largest logits, in [0, 1].</summary>
/// <remarks>A class beats the label if its logit is larger, or as large and its number smaller.</remarks>
/// <param name="k">How many count; positive. More than there are classes count as all.</param>
public sealed class TopKAccuracy(int k) : Metric
{
    /// <summary>Gets how many count.</summary>
    public int K { get; } = Require.Positive(k);

    /// <summary>Gets the name, such as <c>Top5Accuracy</c>.</summary>
    public override string Name => $"Top{K}Accuracy";

    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <inheritdoc/>
    public override Tensor Measure(MetricInput input) => Shares.State(Ranks(Require.Present(input).Classes).Lt(K));

    /// <inheritdoc/>
    public override double Compute(Tensor state) => Shares.Of(state);

    /// <summary>Returns how many classes beat the label of each row, [R] int64.</summary>
    internal static Tensor Ranks(ClassRows rows)
    {
        Tensor labels = rows.Labels.unsqueeze(1);
        Tensor ofLabel = rows.Logits.gather(1, labels);
        Tensor earlier = KeptAliveScalar.Arange(0, rows.Classes, torch.ScalarType.Int64, rows.Logits.device).unsqueeze(0).less(labels);
        return rows.Logits.greater(ofLabel).logical_or(rows.Logits.eq(ofLabel).logical_and(earlier)).sum(1);
    }
}
