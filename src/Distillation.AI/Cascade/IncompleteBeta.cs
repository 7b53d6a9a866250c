namespace Distillation.AI;

/// <summary>The regularized incomplete beta function Iₓ(a, b), by its continued fraction (NIST Digital Library of Mathematical Functions, 8.17.22).</summary>
internal static class IncompleteBeta
{
    private const int MaxSteps = 100_000;
    private const double Tiny = 1e-300;

    /// <summary>Returns Iₓ(a, b) for positive a and b, and x in [0, 1].</summary>
    public static double Regularized(double a, double b, double x)
    {
        if (x is <= 0 or >= 1)
        {
            return x <= 0 ? 0 : 1;
        }

        double logFactor = (a * Math.Log(x)) + (b * double.LogP1(-x)) + LogGamma(a + b) - LogGamma(a) - LogGamma(b);

        // The fraction converges fast below the mean; above it the symmetry Iₓ(a, b) = 1 − I₁₋ₓ(b, a) is used.
        return x < (a + 1) / (a + b + 2)
            ? Math.Exp(logFactor) * Fraction(a, b, x) / a
            : 1 - (Math.Exp(logFactor) * Fraction(b, a, 1 - x) / b);
    }

    // Lentz's method as modified by Thompson and Barnett (1986).
    private static double Fraction(double a, double b, double x)
    {
        double denominator = 1 / NotZero(1 - ((a + b) * x / (a + 1)));
        double numerator = 1;
        double value = denominator;
        for (int m = 1; m < MaxSteps; m++)
        {
            double even = m * (b - m) * x / ((a + (2 * m) - 1) * (a + (2 * m)));
            double odd = -(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + (2 * m) + 1));
            double before = value;
            foreach (double coefficient in (ReadOnlySpan<double>)[even, odd])
            {
                denominator = 1 / NotZero(1 + (coefficient * denominator));
                numerator = NotZero(1 + (coefficient / numerator));
                value *= denominator * numerator;
            }

            if (Math.Abs(value - before) <= 1e-16 * Math.Abs(value))
            {
                break;
            }
        }

        return value;
    }

    private static double NotZero(double value) => Math.Abs(value) < Tiny ? Tiny : value;

    // Stirling's series; small arguments are shifted up by Γ(x + 1) = x · Γ(x).
    private static double LogGamma(double x)
    {
        double shift = 1;
        while (x < 15)
        {
            shift *= x;
            x++;
        }

        double inverse = 1 / (x * x);
        double series = 0;
        foreach (double coefficient in (ReadOnlySpan<double>)[-691.0 / 360_360, 1.0 / 1_188, -1.0 / 1_680, 1.0 / 1_260, -1.0 / 360, 1.0 / 12])
        {
            series = (series * inverse) + coefficient;
        }

        return ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + (series / x) - Math.Log(shift);
    }
}
