namespace Distillation.Evaluation;

/// <summary>The root of the mean of (ŷ − y)² over all numbers of all rows, in the unit of the targets. Zero or positive.</summary>
/// <remarks>
/// With several outputs it is the root of their common mean, as torchmetrics' <c>MeanSquaredError(squared=False)</c>; scikit-learn takes the mean of the
/// outputs' roots.
/// </remarks>
public sealed class RootMeanSquaredError : Metric
{
    /// <inheritdoc/>
    public override bool HigherIsBetter => false;

    /// <inheritdoc/>
    public override Tensor Measure(MetricInput input) => Evaluation.MeanSquaredError.State(Require.Present(input).Targets);

    /// <inheritdoc/>
    public override double Compute(Tensor state) => Math.Sqrt(Shares.Of(state));
}
