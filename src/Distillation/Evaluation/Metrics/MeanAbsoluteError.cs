namespace Distillation.Evaluation;

/// <summary>The mean of |ŷ − y| over all numbers of all rows, in the unit of the targets. Zero or positive.</summary>
public sealed class MeanAbsoluteError : Metric
{
    /// <inheritdoc/>
    public override bool HigherIsBetter => false;

    /// <inheritdoc/>
    public override Tensor Measure(MetricInput input) =>
        Shares.State((Require.Present(input).Targets.Predictions - input.Targets.Targets).abs().reshape(-1));

    /// <inheritdoc/>
    public override double Compute(Tensor state) => Shares.Of(state);
}
