namespace Distillation.Evaluation;

/// <summary>F1 of the hits and errors of all labels together, where a label is predicted as present with a probability above ½. In [0, 1].</summary>
public sealed class LabelMicroF1 : Metric
{
    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <inheritdoc/>
    public override Tensor Measure(MetricInput input) => ClassCounts.Of(Require.Present(input).Presence);

    /// <inheritdoc/>
    public override double Compute(Tensor state) => ClassCounts.MicroF1(Require.Present(state));
}
