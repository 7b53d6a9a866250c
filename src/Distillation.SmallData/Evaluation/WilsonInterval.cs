using Distillation.Evaluation;

namespace Distillation.SmallData;

/// <summary>The 95 % interval of a share of samples: Wilson's score interval, 1927.</summary>
internal static class WilsonInterval
{
    private const double Quantile = 1.959963984540054;

    /// <summary>Returns the interval: (p + z²/2n ± z·√(p(1 − p)/n + z²/4n²)) / (1 + z²/n).</summary>
    /// <param name="share">The share p, in [0, 1].</param>
    /// <param name="samples">The number of samples n; positive.</param>
    public static Interval Of(double share, long samples)
    {
        const double z = Quantile;
        double whole = 1 + (z * z / samples);
        double middle = (share + (z * z / (2 * samples))) / whole;
        double half = z * Math.Sqrt((share * (1 - share) / samples) + (z * z / (4.0 * samples * samples))) / whole;
        return new(middle - half, middle + half);
    }
}
