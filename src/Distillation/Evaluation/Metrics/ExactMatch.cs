namespace Distillation.Evaluation;

/// <summary>The share of rows of which every label is predicted as it is: subset accuracy. In [0, 1].</summary>
public sealed class ExactMatch : Metric
{
    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <inheritdoc/>
    public override Tensor Measure(MetricInput input) => Shares.State(Require.Present(input).Presence.Predicted.eq(input.Presence.Labels).all(1));

    /// <inheritdoc/>
    public override double Compute(Tensor state) => Shares.Of(state);
}
