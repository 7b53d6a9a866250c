namespace Distillation.Evaluation;

/// <summary>F1 of the hits and errors of all classes together; where each row has one class it equals the accuracy. In [0, 1].</summary>
public sealed class MicroF1 : Metric
{
    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <inheritdoc/>
    public override Tensor Measure(MetricInput input) => ClassCounts.Of(Require.Present(input).Classes);

    /// <inheritdoc/>
    public override double Compute(Tensor state) => ClassCounts.MicroF1(Require.Present(state));
}
