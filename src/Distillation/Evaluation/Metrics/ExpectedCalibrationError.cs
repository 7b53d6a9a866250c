namespace Distillation.Evaluation;

/// <summary>
/// The expected calibration error: Σ_b (n_b/R) · |accuracy_b − confidence_b| over bins of equal width of the largest probability, each (low, high] (Guo et al.,
/// 2017). In [0, 1].
/// </summary>
/// <param name="bins">The number of bins; positive.</param>
public sealed class ExpectedCalibrationError(int bins = 15) : Metric
{
    /// <summary>Gets the number of bins.</summary>
    /// <value>The default value is 15.</value>
    public int Bins { get; } = Require.Positive(bins);

    /// <summary>Gets the name: with another number of bins than 15 such as <c>ExpectedCalibrationError10Bins</c>.</summary>
    public override string Name => Bins == 15 ? nameof(ExpectedCalibrationError) : $"{nameof(ExpectedCalibrationError)}{Bins}Bins";

    /// <inheritdoc/>
    public override bool HigherIsBetter => false;

    /// <inheritdoc/>
    public override Tensor Measure(MetricInput input) => Counts(Require.Present(input).Classes, Bins);

    /// <inheritdoc/>
    public override double Compute(Tensor state)
    {
        double[] counts = Shares.Numbers(Require.Present(state));
        return Enumerable.Range(0, Bins).Sum(bin => Math.Abs(counts[Bins + bin] - counts[(2 * Bins) + bin])) / counts.Take(Bins).Sum();
    }

    /// <summary>Returns the rows, the hits and the sum of the confidences of each bin, [3, bins].</summary>
    internal static Tensor Counts(ClassRows rows, int bins)
    {
        Tensor confidence = rows.Probabilities.amax([1]);

        // (low, high]: the bin of an upper edge is the one below it.
        Tensor bin = confidence.Mul(bins).ceil().Sub(1).ClampInPlace(0, bins - 1).to(torch.ScalarType.Int64);
        Tensor hit = rows.Predicted.eq(rows.Labels).to(torch.ScalarType.Float64);
        return torch.zeros([3, bins], torch.ScalarType.Float64, rows.Logits.device)
            .IndexAddInPlace(1, bin, torch.stack([torch.ones_like(hit), hit, confidence]));
    }
}
