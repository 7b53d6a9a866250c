namespace Distillation.AI.Tests;

/// <summary>
/// A classifier of two classes whose error rate is known: of a text of difficulty u, uniform in [0, 1], it has a confidence that falls with u.
/// </summary>
internal sealed record SimulatedClassifier(
    string Name, Func<double, double> Confidence, Func<double, double> ErrorRate, double LeastAnswered, double MostAnswered)
{
    /// <summary>
    /// Gets classifiers, with the largest share that may be answered at a risk of 5 %, and how much of it 1 000 texts are to certify on average.
    /// </summary>
    public static IReadOnlyList<SimulatedClassifier> All { get; } =
    [
        // ∫ u²/2 up to t is t³/6: the mean error t²/6 is 5 % at t = 0.548.
        new("calibrated", u => 1 - (u * u / 2), u => u * u / 2, 0.35, 0.548),

        // The confidence is above 0.97 throughout; the mean error t/8 is 5 % at t = 0.4.
        new("overconfident", u => 1 - (0.03 * u), u => u / 4, 0.1, 0.4),

        // The confidence is at most 0.8; the mean error t/20 is 5 % at t = 1.
        new("underconfident", u => 0.8 - (0.3 * u), u => u / 10, 0.5, 1),

        // Nothing can be certified: the error rate is 6 % at best.
        new("bad", u => 1 - (u / 2), u => 0.06 + (u / 4), 0, 0.01),
    ];

    public (double[] Confidences, bool[] Correct) Draw(int count, int seed)
    {
        var random = new Random(seed);
        (double[] confidences, bool[] correct) = (new double[count], new bool[count]);
        for (int i = 0; i < count; i++)
        {
            double u = random.NextDouble();
            (confidences[i], correct[i]) = (Confidence(u), random.NextDouble() >= ErrorRate(u));
        }

        return (confidences, correct);
    }

    /// <summary>Returns the error rate of the texts with at least a confidence, by the midpoint rule.</summary>
    public double RiskFrom(double threshold)
    {
        const int Points = 20_000;
        double[] answered = [.. Enumerable.Range(0, Points).Select(i => (i + 0.5) / Points).Where(u => Confidence(u) >= threshold)];
        return answered.Length == 0 ? 0 : answered.Average(ErrorRate);
    }
}
