using Distillation.Evaluation;

namespace Distillation.AI;

/// <summary>Tails of the binomial distribution, and exact intervals of its probability.</summary>
internal static class BinomialDistribution
{
    /// <summary>Returns P(X ≤ k) for n trials of probability p: the incomplete beta function I₁₋ₚ(n − k, k + 1).</summary>
    public static double LowerTail(long successes, long trials, double probability) =>
        successes >= trials ? 1
        : successes < 0 ? 0
        : IncompleteBeta.Regularized(trials - successes, successes + 1, 1 - probability);

    /// <summary>Returns P(X ≥ k) for n trials of probability p: the incomplete beta function Iₚ(k, n − k + 1).</summary>
    public static double UpperTail(long successes, long trials, double probability) =>
        successes <= 0 ? 1
        : successes > trials ? 0
        : IncompleteBeta.Regularized(successes, trials - successes + 1, probability);

    /// <summary>Returns the two-sided p-value of a share: twice the smaller tail, at most 1.</summary>
    public static double TwoSided(long successes, long trials, double probability) =>
        Math.Min(1, 2 * Math.Min(LowerTail(successes, trials, probability), UpperTail(successes, trials, probability)));

    /// <summary>
    /// Returns the smallest probability that the upper tail does not exclude (Clopper and Pearson, 1934): one-sided, with error at most the tail.
    /// </summary>
    public static double LowerBound(long successes, long trials, double tail) =>
        successes <= 0 ? 0 : Solve(probability => UpperTail(successes, trials, probability) < tail);

    /// <summary>
    /// Returns the largest probability that the lower tail does not exclude (Clopper and Pearson, 1934): one-sided, with error at most the tail.
    /// </summary>
    public static double UpperBound(long successes, long trials, double tail) =>
        successes >= trials ? 1 : Solve(probability => LowerTail(successes, trials, probability) > tail);

    /// <summary>Returns the two-sided interval of Clopper and Pearson (1934); [0, 1] of no trial.</summary>
    public static Interval Interval(long successes, long trials, double level)
    {
        double tail = (1 - level) / 2;
        return trials == 0 ? new(0, 1) : new(LowerBound(successes, trials, tail), UpperBound(successes, trials, tail));
    }

    // Bisection: the condition holds below the solution and fails above it.
    private static double Solve(Func<double, bool> isBelow)
    {
        (double low, double high) = (0, 1);
        for (double middle = 0.5; low < middle && middle < high; middle = low + ((high - low) / 2))
        {
            (low, high) = isBelow(middle) ? (middle, high) : (low, middle);
        }

        return low + ((high - low) / 2);
    }
}
