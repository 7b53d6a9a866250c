namespace Distillation.Evaluation;

/// <summary>The mean over labels of the average precision Σₙ (Rₙ − Rₙ₋₁) · Pₙ over the thresholds n of a label's logits. In [0, 1].</summary>
/// <remarks>
/// Without interpolation, and with equal logits at one threshold, as scikit-learn's <c>average_precision_score(average="macro")</c>. A label that is nowhere
/// present has no average precision, and is left out, as in torchmetrics; scikit-learn counts it as 0.
/// </remarks>
public sealed class MeanAveragePrecision : Metric
{
    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <inheritdoc/>
    public override MetricReduction Reduction => MetricReduction.Concatenate;

    /// <inheritdoc/>
    public override Tensor Measure(MetricInput input) => RankedScores.State(Require.Present(input).Presence);

    /// <inheritdoc/>
    public override double Compute(Tensor state) => RankedScores.Mean(Require.Present(state), scores => scores.AveragePrecision());
}
