namespace Distillation.AI;

/// <summary>What <see cref="ConformalThreshold"/> is to guarantee.</summary>
public sealed record ConformalThresholdOptions
{
    private static readonly double[] Defaults = [.. FineSteps(), .. Enumerable.Range(1, 100).Select(step => (100 - step) / 100.0)];

    /// <summary>Gets the largest error rate that is accepted among the texts that the student answers.</summary>
    /// <value>In (0, 1). The default value is 0.05.</value>
    public double Risk { get; init => field = Share(value, nameof(Risk)); } = 0.05;

    /// <summary>Gets the probability, over the draw of the held-out texts, with which the error rate is at most <see cref="Risk"/>.</summary>
    /// <value>In (0, 1). The default value is 0.95.</value>
    public double Level { get; init => field = Share(value, nameof(Level)); } = 0.95;

    /// <summary>Gets how the thresholds are tested.</summary>
    /// <value>The default value is <see cref="ThresholdTesting.FixedSequence"/>.</value>
    public ThresholdTesting Testing { get; init => field = Require.Defined(value); } = ThresholdTesting.FixedSequence;

    /// <summary>Gets the thresholds that may be chosen, from the highest one down. They must not be made from the held-out texts.</summary>
    /// <value>
    /// In [0, 1], at least one; they are sorted, and repeated ones count once. The default value is 0 to 0.99 in steps of 0.01, and 1 − x for x = 1, 2, 3, 5
    /// and 7 thousandths and ten-thousandths.
    /// </value>
    public IReadOnlyList<double> Thresholds
    {
        get;
        init
        {
            Require.Positive(Require.Present(value).Count, nameof(Thresholds));
            field = [.. value.Select(one => Require.InRange(one, 0, 1, nameof(Thresholds))).Distinct().OrderDescending()];
        }
    } = Defaults;

    /// <summary>Returns a share that is neither nothing nor all.</summary>
    internal static double Share(double value, string name) => Require.BelowOne(Require.Positive(value, name), name);

    private static IEnumerable<double> FineSteps() =>
        from unit in (double[])[1e4, 1e3]
        from step in (int[])[1, 2, 3, 5, 7]
        select 1 - (step / unit);
}
