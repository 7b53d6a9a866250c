namespace Distillation.SmallData;

/// <summary>Draws from Dirichlet distributions, as normalized gamma variates.</summary>
/// <remarks>
/// Gamma variates follow Marsaglia and Tsang, 2000, with their boost for shapes below 1, <c>Γ(a) = Γ(a + 1) · U^(1/a)</c>, in logarithms: for a = 0.01 most
/// variates are smaller than the smallest float64.
/// </remarks>
internal static class DirichletDraw
{
    /// <summary>Draws shares from a symmetric distribution.</summary>
    /// <returns>As many shares, which sum to 1.</returns>
    public static double[] Next(ref SplitMix64 random, double concentration, int count)
    {
        double[] logarithms = NextLogarithms(ref random, [.. Enumerable.Repeat(concentration, count)]);
        double sum = logarithms.Sum(Math.Exp);
        return [.. logarithms.Select(logarithm => Math.Exp(logarithm) / sum)];
    }

    /// <summary>Draws the logarithms of shares, the largest of which is 0: they are not normalized.</summary>
    public static double[] NextLogarithms(ref SplitMix64 random, double[] concentrations)
    {
        var logarithms = new double[concentrations.Length];
        for (int i = 0; i < logarithms.Length; i++)
        {
            logarithms[i] = LogGamma(ref random, concentrations[i]);
        }

        double most = logarithms.Max();
        return [.. logarithms.Select(logarithm => logarithm - most)];
    }

    /// <summary>Draws one of the numbers that are allowed, by shares renormalized over them.</summary>
    public static int Choose(ref SplitMix64 random, double[] logarithms, Func<int, bool> isAllowed)
    {
        int[] allowed = [.. Enumerable.Range(0, logarithms.Length).Where(isAllowed)];
        double most = allowed.Max(number => logarithms[number]);
        double left = random.NextUniform() * allowed.Sum(number => Math.Exp(logarithms[number] - most));
        foreach (int number in allowed)
        {
            left -= Math.Exp(logarithms[number] - most);
            if (left < 0)
            {
                return number;
            }
        }

        // Rounding left a rest: the likeliest takes it.
        return allowed.MaxBy(number => logarithms[number]);
    }

    private static double LogGamma(ref SplitMix64 random, double shape)
    {
        double boost = shape < 1 ? Math.Log(1 - random.NextUniform()) / shape : 0;
        double d = (shape < 1 ? shape + 1 : shape) - (1.0 / 3);
        double c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextUniform())) * Math.Cos(2 * Math.PI * random.NextUniform());
            double root = 1 + (c * normal);
            if (root <= 0)
            {
                continue;
            }

            double v = root * root * root;
            if (Math.Log(1 - random.NextUniform()) < (0.5 * normal * normal) + d - (d * v) + (d * Math.Log(v)))
            {
                return Math.Log(d * v) + boost;
            }
        }
    }
}
