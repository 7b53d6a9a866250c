namespace Distillation.Evaluation;

/// <summary>Spearman's rank correlation of predictions and targets (1904); of several outputs the mean of theirs. In [−1, 1].</summary>
/// <remarks>Equal numbers share the mean of their ranks. NaN where all predictions or all targets of an output are equal.</remarks>
public sealed class SpearmanCorrelation : Metric
{
    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <inheritdoc/>
    public override MetricReduction Reduction => MetricReduction.Concatenate;

    /// <inheritdoc/>
    public override Tensor Measure(MetricInput input) => torch.stack([Require.Present(input).Targets.Predictions, input.Targets.Targets], 1);

    /// <inheritdoc/>
    public override double Compute(Tensor state)
    {
        using Tensor columns = Require.Present(state).permute(2, 1, 0).contiguous();
        double[] all = Shares.Numbers(columns);
        int rows = (int)state.size(0);
        return Enumerable.Range(0, (int)state.size(2)).Average(
            output => Correlation(Ranks(all.AsSpan(2 * output * rows, rows)), Ranks(all.AsSpan(((2 * output) + 1) * rows, rows))));
    }

    private static double[] Ranks(ReadOnlySpan<double> numbers)
    {
        double[] sorted = numbers.ToArray();
        int[] places = [.. Enumerable.Range(0, sorted.Length)];
        Array.Sort(sorted, places);
        var ranks = new double[sorted.Length];
        for (int first = 0; first < sorted.Length;)
        {
            int last = first;
            while (last + 1 < sorted.Length && sorted[last + 1] == sorted[first])
            {
                last++;
            }

            for (int i = first; i <= last; i++)
            {
                ranks[places[i]] = (first + last) / 2.0;
            }

            first = last + 1;
        }

        return ranks;
    }

    private static double Correlation(double[] left, double[] right)
    {
        if (left.Length == 0)
        {
            return double.NaN;
        }

        double mean = (left.Length - 1) / 2.0;
        double both = left.Zip(right).Sum(pair => (pair.First - mean) * (pair.Second - mean));
        return both / Math.Sqrt(left.Sum(rank => (rank - mean) * (rank - mean)) * right.Sum(rank => (rank - mean) * (rank - mean)));
    }
}
