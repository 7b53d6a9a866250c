namespace Distillation.Evaluation;

/// <summary>Tails of Student's t and of the normal distribution, by Simpson's rule.</summary>
internal static class StudentDistribution
{
    /// <summary>Returns the probability that a normal number passes another, which is not negative.</summary>
    public static double NormalTail(double at) => 0.5 - Integral(x => Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI), at);

    /// <summary>Returns the number that t passes with a probability of at most a half.</summary>
    public static double Quantile(double tail, int freedom)
    {
        double norm = 2 * Integral(Angle, Math.PI / 2);
        (double low, double high) = (0, Math.PI / 2);
        for (int i = 0; i < 60; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = 0.5 - (Integral(Angle, middle) / norm) > tail ? (middle, high) : (low, middle);
        }

        return Math.Sqrt(freedom) * Math.Tan(low);

        // With t = √ν · tan φ the density is proportional to cos^(ν−1) φ.
        double Angle(double angle) => Math.Pow(Math.Cos(angle), freedom - 1);
    }

    // Simpson's rule from zero.
    private static double Integral(Func<double, double> density, double to)
    {
        const int Pieces = 1000;
        double width = to / Pieces;
        double sum = density(0) + density(to);
        for (int i = 1; i < Pieces; i++)
        {
            sum += (i % 2 == 0 ? 2 : 4) * density(i * width);
        }

        return sum * width / 3;
    }
}
