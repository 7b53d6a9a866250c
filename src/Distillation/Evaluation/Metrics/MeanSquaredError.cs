namespace Distillation.Evaluation;

/// <summary>The mean of (ŷ − y)² over all numbers of all rows. Zero or positive.</summary>
public sealed class MeanSquaredError : Metric
{
    /// <inheritdoc/>
    public override bool HigherIsBetter => false;

    /// <inheritdoc/>
    public override Tensor Measure(MetricInput input) => State(Require.Present(input).Targets);

    /// <inheritdoc/>
    public override double Compute(Tensor state) => Shares.Of(state);

    internal static Tensor State(TargetRows rows) => Shares.State((rows.Predictions - rows.Targets).Square().reshape(-1));
}
