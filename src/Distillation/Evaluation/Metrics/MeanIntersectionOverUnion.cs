namespace Distillation.Evaluation;

/// <summary>
/// The mean of tp / (tp + fp + fn) over the classes that occur among labels or predictions: mIoU of maps [N, C, H, W], the Jaccard index. In [0, 1].
/// </summary>
/// <remarks>Counts are over all pixels of the data, not an image at a time; it equals scikit-learn's <c>jaccard_score(average="macro")</c>.</remarks>
public sealed class MeanIntersectionOverUnion : Metric
{
    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <inheritdoc/>
    public override Tensor Measure(MetricInput input) => ClassCounts.Of(Require.Present(input).Classes);

    /// <inheritdoc/>
    public override double Compute(Tensor state) =>
        ClassCounts.Mean(Require.Present(state), one => one.Hits / (one.Actual + one.Predicted - one.Hits));
}
