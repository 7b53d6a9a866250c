namespace Distillation.Evaluation;

/// <summary>
/// The difference of a metric between two arms, over other seeds and other test samples: its variance is that of the seeds' mean, plus that over samples, by
/// the bootstrap of groups of them (Efron and Tibshirani, 1993).
/// </summary>
/// <remarks>
/// The interval is Student's, with the degrees of freedom of a sum of two variances (Satterthwaite, 1946): few seeds make it wide as far as they differ. Of one
/// seed it is over samples alone.
/// </remarks>
internal static class PairedBootstrap
{
    private const int Resamples = 400;

    /// <summary>Returns the mean difference, second arm minus first, and its interval.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="first">For each seed the states of the groups of test samples.</param>
    /// <param name="second">The same of the other arm.</param>
    /// <param name="level">How sure the interval is to be.</param>
    /// <param name="seed">Any number.</param>
    public static (double Mean, Interval Interval) Difference(
        Metric metric, IReadOnlyList<IReadOnlyList<GroupState>> first, IReadOnlyList<IReadOnlyList<GroupState>> second, double level, int seed)
    {
        int seeds = first.Count;
        int groups = first[0].Count;
        double[] ofSeed = [.. Differences([.. Enumerable.Range(0, groups)])];
        double mean = ofSeed.Average();
        var random = new SplitMix64(SplitMix64.Mix(seed, groups));

        // A metric may not be defined for a draw, such as one of a single class.
        double[] drawn = [.. Enumerable.Range(0, Resamples).Select(_ => Differences(Draw()).Average()).Where(double.IsFinite)];
        (double betweenSeeds, double betweenSamples) = (Variance(ofSeed) / seeds, Variance(drawn) * groups / Math.Max(1, groups - 1.0));
        double variance = betweenSeeds + betweenSamples;
        if ((seeds < 2 && groups < 2) || drawn.Length < 2 || !double.IsFinite(variance))
        {
            return (mean, new(double.NegativeInfinity, double.PositiveInfinity));
        }

        double spread = (betweenSeeds * betweenSeeds / Math.Max(1, seeds - 1)) + (betweenSamples * betweenSamples / Math.Max(1, groups - 1));
        int freedom = variance == 0 ? 1 : (int)Math.Max(1, variance * variance / spread);
        double half = Math.Abs(StudentDistribution.Quantile((1 - level) / 2, freedom)) * Math.Sqrt(variance);
        return (mean, new(mean - half, mean + half));

        IEnumerable<double> Differences(int[] those) => first.Zip(second, (one, other) => Value(metric, other, those) - Value(metric, one, those));

        int[] Draw()
        {
            var numbers = new int[groups];
            for (int i = 0; i < groups; i++)
            {
                numbers[i] = (int)(random.NextUniform() * groups);
            }

            return numbers;
        }
    }

    // Of one number there is none to speak of.
    private static double Variance(double[] numbers)
    {
        double mean = numbers.Average();
        return numbers.Sum(number => (number - mean) * (number - mean)) / Math.Max(1, numbers.Length - 1);
    }

    private static double Value(Metric metric, IReadOnlyList<GroupState> groups, int[] drawn)
    {
        using var scope = torch.NewDisposeScope();
        return metric.Compute(metric.Reduction == MetricReduction.Sum ? Summed(groups, drawn) : Concatenated(groups, drawn));
    }

    private static Tensor Summed(IReadOnlyList<GroupState> groups, int[] drawn)
    {
        var sum = new double[groups[0].Numbers.Count];
        foreach (int group in drawn)
        {
            for (int i = 0; i < sum.Length; i++)
            {
                sum[i] += groups[group].Numbers[i];
            }
        }

        return torch.tensor(sum).reshape([.. groups[0].Shape]);
    }

    private static Tensor Concatenated(IReadOnlyList<GroupState> groups, int[] drawn)
    {
        double[] numbers = [.. drawn.SelectMany(group => groups[group].Numbers)];
        return torch.tensor(numbers).reshape([drawn.Sum(group => groups[group].Shape[0]), .. groups[0].Shape.Skip(1)]);
    }
}
