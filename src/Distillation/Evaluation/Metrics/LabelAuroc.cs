namespace Distillation.Evaluation;

/// <summary>The mean over labels of the area under the receiver operating characteristic of a label's logits. In [0, 1].</summary>
/// <remarks>A label that is everywhere or nowhere present has no such area, and is left out; NaN where this is so of all.</remarks>
public sealed class LabelAuroc : Metric
{
    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <inheritdoc/>
    public override MetricReduction Reduction => MetricReduction.Concatenate;

    /// <inheritdoc/>
    public override Tensor Measure(MetricInput input) => RankedScores.State(Require.Present(input).Presence);

    /// <inheritdoc/>
    public override double Compute(Tensor state) => RankedScores.Mean(Require.Present(state), scores => scores.Area());
}
