namespace Distillation.SmallData;

/// <summary>
/// The moments of the likelihood ratio of the sampled Gaussian mechanism: <c>log E_{z~N(0,σ²)} [((1 − q) + q·exp((2z − 1)/(2σ²)))^α]</c>.
/// </summary>
/// <remarks>
/// Mironov, Talwar and Zhang, 2019, section 3.3: a binomial sum for whole orders. For others the paper has two series that converge slowly; here the
/// expectation is integrated by the trapezoidal rule, whose error falls exponentially with the number of points, for the integrand is analytic near the real
/// line.
/// </remarks>
internal static class SampledGaussian
{
    // Beyond so many deviations a normal density is below 1e-22 of its largest value.
    private const double Deviations = 10;

    // The integrand is analytic up to πσ² from the real line: with steps of at most σ²/4, the error is below e^-70 of the largest value.
    private const double StepsPerDeviation = 10;
    private const double StepsPerVariance = 4;

    // The number of points grows with 1/σ². With less noise than this, ε is in the hundreds, and orders that are not whole are bounded instead of integrated.
    private const double LeastIntegrated = 0.05;

    /// <summary>Computes the moment.</summary>
    /// <param name="rate">q, in (0, 1).</param>
    /// <param name="noise">σ, positive.</param>
    /// <param name="order">α, above 1.</param>
    public static double LogMoment(double rate, double noise, double order) =>
        order == Math.Floor(order) ? Whole(rate, noise, (int)order)
            : noise < LeastIntegrated ? Bound(rate, noise, order)
            : Integral(rate, noise, order);

    // The divergence grows with the order: that of the next whole one is no smaller.
    private static double Bound(double rate, double noise, double order) =>
        (order - 1) / Math.Floor(order) * Whole(rate, noise, (int)Math.Ceiling(order));

    // Σ_k (α over k)·(1 − q)^(α − k)·q^k·exp((k² − k)/(2σ²))
    private static double Whole(double rate, double noise, int order)
    {
        var terms = new double[order + 1];
        double binomial = 0;
        for (int k = 0; k <= order; k++)
        {
            terms[k] = binomial + ((order - k) * Math.Log(1 - rate)) + (k * Math.Log(rate)) + ((double)k * (k - 1) / (2 * noise * noise));
            binomial += Math.Log(order - k) - Math.Log(k + 1);
        }

        return LogSum(terms);
    }

    /// <summary>Integrates the moment of any order.</summary>
    internal static double Integral(double rate, double noise, double order)
    {
        double variance = noise * noise;
        double step = Math.Min(noise / StepsPerDeviation, variance / StepsPerVariance);
        double from = -Deviations * noise;
        int points = (int)Math.Ceiling((order + (2 * Deviations * noise)) / step);
        var terms = new double[points + 1];
        for (int i = 0; i <= points; i++)
        {
            double z = from + (i * step);
            double larger = ((2 * z) - 1) / (2 * variance);
            double ratio = larger > 0
                ? larger + Math.Log(rate + ((1 - rate) * Math.Exp(-larger)))
                : Math.Log(1 - rate + (rate * Math.Exp(larger)));
            terms[i] = (order * ratio) - (z * z / (2 * variance));
        }

        return LogSum(terms) + Math.Log(step / (noise * Math.Sqrt(2 * Math.PI)));
    }

    private static double LogSum(double[] terms)
    {
        double largest = terms.Max();
        return double.IsPositiveInfinity(largest) ? largest : largest + Math.Log(terms.Sum(term => Math.Exp(term - largest)));
    }
}
