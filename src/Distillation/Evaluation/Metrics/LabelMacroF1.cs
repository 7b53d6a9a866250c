namespace Distillation.Evaluation;

/// <summary>
/// The mean over labels of F1 = 2·tp / (2·tp + fp + fn), where a label is predicted as present with a probability above ½; 0 of a label that is neither present
/// nor predicted. In [0, 1].
/// </summary>
/// <remarks>It equals scikit-learn's <c>f1_score(average="macro")</c> of label indicators.</remarks>
public sealed class LabelMacroF1 : Metric
{
    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <inheritdoc/>
    public override Tensor Measure(MetricInput input) => ClassCounts.Of(Require.Present(input).Presence);

    /// <inheritdoc/>
    public override double Compute(Tensor state) => ClassCounts.Read(Require.Present(state)).Average(ClassCounts.F1);
}
