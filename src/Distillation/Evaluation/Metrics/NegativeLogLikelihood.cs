namespace Distillation.Evaluation;

/// <summary>The mean of −log p(label) over rows, in nats; of labels that are probabilities, the cross entropy.</summary>
/// <remarks>Zero or positive; infinite where a label has probability zero.</remarks>
public sealed class NegativeLogLikelihood : Metric
{
    /// <inheritdoc/>
    public override bool HigherIsBetter => false;

    /// <inheritdoc/>
    public override Tensor Measure(MetricInput input) => Shares.State(Costs(Require.Present(input).Classes));

    /// <inheritdoc/>
    public override double Compute(Tensor state) => Shares.Of(state);

    /// <summary>Returns the cost of each row, [R].</summary>
    internal static Tensor Costs(ClassRows rows)
    {
        if (!rows.IsSoft)
        {
            return rows.LogProbabilities.gather(1, rows.Labels.unsqueeze(1)).squeeze(1).neg();
        }

        // 0 · log 0 is 0: a class that the target rules out may have no probability.
        return (rows.LogProbabilities * rows.Target).MaskedFill(rows.Target.Eq(0), 0).sum(1).neg();
    }
}
