namespace Distillation.Evaluation;

/// <summary>The mean of F1 = 2·tp / (2·tp + fp + fn) over the classes that occur among labels or predictions. In [0, 1].</summary>
/// <remarks>It equals scikit-learn's <c>f1_score(average="macro")</c>, whose default classes these are.</remarks>
public sealed class MacroF1 : Metric
{
    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <inheritdoc/>
    public override Tensor Measure(MetricInput input) => ClassCounts.Of(Require.Present(input).Classes);

    /// <inheritdoc/>
    public override double Compute(Tensor state) =>
        ClassCounts.Mean(Require.Present(state), one => 2 * one.Hits / (one.Actual + one.Predicted));
}
