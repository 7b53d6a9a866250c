using System.Globalization;

namespace Distillation.Evaluation;

/// <summary>How much one way of training differs from another, measured side by side over several seeds.</summary>
/// <remarks>
/// The interval is the expanded percentile bootstrap of the mean difference (Hesterberg, 2015): percentiles of resampled means, moved outwards so that few
/// pairs give an interval as wide as Student's. Of two to five pairs it is Student's own: no resampled mean lies outside of the pairs, however few they are.
/// </remarks>
public sealed record PairedComparison
{
    private const int MinForBootstrap = 6;

    private PairedComparison(int pairs, double mean, double level, Interval interval) => (Pairs, Mean, Level, Interval) = (pairs, mean, level, interval);

    /// <summary>Gets the number of pairs.</summary>
    public int Pairs { get; }

    /// <summary>Gets the mean of the differences, second minus first.</summary>
    public double Mean { get; }

    /// <summary>Gets how sure the interval is.</summary>
    /// <value>In (0, 1).</value>
    public double Level { get; }

    /// <summary>Gets the interval in which the true mean difference is taken to lie.</summary>
    /// <value>From minus to plus infinity where there is one pair.</value>
    public Interval Interval { get; }

    /// <summary>Gets whether the interval leaves zero out.</summary>
    public bool IsSignificant => !Interval.Contains(0);

    /// <summary>Compares measurements in pairs.</summary>
    /// <param name="first">The measurements of one way, one a seed; finite.</param>
    /// <param name="second">Those of the other way, with the same seeds in the same order; finite.</param>
    /// <param name="level">How sure the interval is to be, in (0, 1). The default value is 0.95.</param>
    /// <param name="resamples">How many means are drawn; positive. The default value is 10 000.</param>
    /// <param name="seed">Any number; the same one gives the same interval.</param>
    /// <returns>The comparison.</returns>
    /// <exception cref="ArgumentException">There is no pair, or not one measurement of each way for each seed.</exception>
    public static PairedComparison Of(IReadOnlyList<double> first, IReadOnlyList<double> second, double level = 0.95, int resamples = 10_000, int seed = 0)
    {
        Require.Present(first);
        Require.Present(second);
        Require.Positive(level);
        Require.BelowOne(level);
        Require.Positive(resamples);
        if (first.Count == 0 || first.Count != second.Count)
        {
            throw new ArgumentException(
                $"There must be as many second measurements as first, at least one, but there are {first.Count} and {second.Count}.", nameof(second));
        }

        double[] differences = [.. first.Zip(second, (one, other) => Require.Finite(other, nameof(second)) - Require.Finite(one, nameof(first)))];
        return new(differences.Length, differences.Average(), level, IntervalOf(differences, level, resamples, seed));
    }

    /// <summary>Describes the difference in plain words.</summary>
    /// <param name="what">What was measured, such as "accuracy".</param>
    /// <param name="higherIsBetter">Whether a larger number is the better one.</param>
    /// <param name="unit">The unit, in front of which the numbers stand, such as " points"; nothing if not given.</param>
    /// <param name="scale">By what the numbers are multiplied, such as 100 for points of a share. The default value is 1.</param>
    /// <returns>A sentence.</returns>
    public string Describe(string what, bool higherIsBetter, string unit = "", double scale = 1)
    {
        string numbers = string.Create(
            CultureInfo.InvariantCulture,
            $"{what} changed by {scale * Mean:+0.###;-0.###;0}{unit} ({100 * Level:0.#} % "
            + $"interval {new Interval(scale * Interval.Low, scale * Interval.High)}, {Pairs} {(Pairs == 1 ? "pair" : "pairs")})");
        string verdict = !IsSignificant ? "no difference is established" : Mean > 0 == higherIsBetter ? "better" : "worse";
        return $"{numbers}: {verdict}.";
    }

    private static Interval IntervalOf(double[] differences, double level, int resamples, int seed)
    {
        int count = differences.Length;
        if (count == 1)
        {
            return new(double.NegativeInfinity, double.PositiveInfinity);
        }

        return count < MinForBootstrap ? Student(differences, level) : Bootstrap(differences, level, resamples, seed);
    }

    private static Interval Student(double[] differences, double level)
    {
        int count = differences.Length;
        double mean = differences.Average();
        double deviation = Math.Sqrt(differences.Sum(difference => (difference - mean) * (difference - mean)) / (count - 1));
        double half = Math.Abs(StudentDistribution.Quantile((1 - level) / 2, count - 1)) * deviation / Math.Sqrt(count);
        return new(mean - half, mean + half);
    }

    private static Interval Bootstrap(double[] differences, double level, int resamples, int seed)
    {
        int count = differences.Length;
        var random = new SplitMix64(SplitMix64.Mix(seed, count));
        var means = new double[resamples];
        for (int i = 0; i < resamples; i++)
        {
            double sum = 0;
            for (int j = 0; j < count; j++)
            {
                sum += differences[(int)(random.NextUniform() * count)];
            }

            means[i] = sum / count;
        }

        Array.Sort(means);
        double tail = StudentDistribution.NormalTail(Math.Sqrt(count / (count - 1.0)) * StudentDistribution.Quantile((1 - level) / 2, count - 1));
        int cut = (int)Math.Floor(tail * (resamples - 1));
        return new(means[cut], means[resamples - 1 - cut]);
    }

    /// <summary>Describes the difference.</summary>
    /// <returns>A sentence, with 4 significant digits.</returns>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"The difference is {Mean:+0.####;-0.####;0} ({100 * Level:0.#} % interval {Interval}, {Pairs} {(Pairs == 1 ? "pair" : "pairs")}).");

    /// <inheritdoc/>
    public override string ToString() => Brief.Of(
        nameof(PairedComparison),
        (nameof(Pairs), Pairs),
        (nameof(Mean), Mean),
        (nameof(Level), Level),
        (nameof(Interval), Interval),
        (nameof(IsSignificant), IsSignificant));
}
