namespace Distillation.Evaluation;

/// <summary>The mean over rows of Σ_c (p_c − y_c)², the sum over all classes (Brier, 1950). In [0, 2].</summary>
public sealed class BrierScore : Metric
{
    /// <inheritdoc/>
    public override bool HigherIsBetter => false;

    /// <inheritdoc/>
    public override Tensor Measure(MetricInput input) =>
        Shares.State((Require.Present(input).Classes.Probabilities - input.Classes.Target).Square().sum(1));

    /// <inheritdoc/>
    public override double Compute(Tensor state) => Shares.Of(state);
}
