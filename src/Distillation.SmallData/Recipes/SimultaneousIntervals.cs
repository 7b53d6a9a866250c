using Distillation.Evaluation;

namespace Distillation.SmallData;

/// <summary>Intervals of several mean differences that hold all at once, by the bootstrap of the largest statistic (max-T; Westfall and Young, 1993).</summary>
/// <remarks>
/// <para>
/// The interval of difference m is <c>d̄ₘ ± q·κ·sₘ/√N</c>, for the standard deviation sₘ of its N samples. q is the quantile of the largest
/// <c>|d̄*ₘ − d̄ₘ|/(sₘ/√N)</c> of all differences, over samples drawn with replacement, the same for all differences, so that their correlation counts.
/// </para>
/// <para>
/// Models of different folds have most training samples in common, and a held-out sample of one is a training sample of another: the variance of a
/// cross-validated mean is larger than that of N independent samples. <c>κ² = 1 + K/(K − 1)</c> is the correction of Nadeau and Bengio (2003) for K folds,
/// with the held-out share 1/K and the trained one 1 − 1/K; it is 2.25 for five folds.
/// </para>
/// </remarks>
internal static class SimultaneousIntervals
{
    private const int Resamples = 2_000;

    /// <summary>Computes means and intervals.</summary>
    /// <param name="differences">For each difference its value of each sample; the same samples.</param>
    /// <param name="folds">K.</param>
    /// <param name="level">How sure all intervals together are to be.</param>
    /// <param name="seed">Any number.</param>
    public static (double Mean, Interval Interval)[] Of(IReadOnlyList<double[]> differences, int folds, double level, int seed)
    {
        int samples = differences[0].Length;
        double[] means = [.. differences.Select(values => values.Average())];
        double[] errors = [.. differences.Select((values, i) => StandardError(values, means[i]))];
        int[] varying = [.. Enumerable.Range(0, means.Length).Where(i => errors[i] > 0)];
        var largest = new double[Resamples];
        var draws = new BootstrapDraws(samples, seed);
        for (int resample = 0; resample < Resamples; resample++)
        {
            int[] counts = draws.Next();
            foreach (int i in varying)
            {
                double[] values = differences[i];
                double sum = 0;
                for (int sample = 0; sample < values.Length; sample++)
                {
                    sum += counts[sample] * values[sample];
                }

                largest[resample] = Math.Max(largest[resample], Math.Abs((sum / samples) - means[i]) / errors[i]);
            }
        }

        Array.Sort(largest);
        double quantile = largest[Math.Min(Resamples - 1, (int)Math.Ceiling(level * Resamples))];
        double widening = Math.Sqrt(1 + (folds / (folds - 1.0)));
        return [.. means.Select((mean, i) => (mean, new Interval(mean - (quantile * widening * errors[i]), mean + (quantile * widening * errors[i]))))];
    }

    /// <summary>Returns the standard error of a mean of independent samples.</summary>
    public static double StandardError(double[] values, double mean) =>
        Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / Math.Max(1, values.Length - 1) / values.Length);
}
