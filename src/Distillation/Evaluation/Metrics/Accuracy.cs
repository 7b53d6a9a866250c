namespace Distillation.Evaluation;

/// <summary>The share of rows whose label has the largest logit: of samples, of tokens [N, T, C] or of pixels [N, C, H, W]. In [0, 1].</summary>
public sealed class Accuracy : Metric
{
    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <inheritdoc/>
    public override Tensor Measure(MetricInput input) => Shares.State(Require.Present(input).Classes.Predicted.eq(input.Classes.Labels));

    /// <inheritdoc/>
    public override double Compute(Tensor state) => Shares.Of(state);
}
