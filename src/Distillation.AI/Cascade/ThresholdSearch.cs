namespace Distillation.AI;

/// <summary>Tests thresholds in the order that their options fix in advance.</summary>
internal static class ThresholdSearch
{
    /// <summary>Returns the lowest threshold that is certified.</summary>
    public static ConformalThreshold Run(double[] confidences, bool[] correct, ConformalThresholdOptions options)
    {
        bool sequential = options.Testing == ThresholdTesting.FixedSequence;
        double level = (1 - options.Level) / (sequential ? 1 : options.Thresholds.Count);
        int minimum = (int)Math.Min(int.MaxValue, Math.Ceiling(Math.Log(level) / double.LogP1(-options.Risk)));
        int start = sequential ? FirstTest(confidences.Length, minimum) : minimum;
        Array.Sort(confidences, correct);
        (double? chosen, int answered, int errors) = (null, 0, 0);
        (int seen, int wrong) = (0, 0);
        foreach (double threshold in options.Thresholds)
        {
            while (seen < confidences.Length && confidences[^(seen + 1)] >= threshold)
            {
                seen++;
                wrong += correct[^seen] ? 0 : 1;
            }

            // The number is fixed before any label is seen.
            if (seen < start)
            {
                continue;
            }

            if (BinomialDistribution.LowerTail(wrong, seen, options.Risk) <= level)
            {
                (chosen, answered, errors) = (threshold, seen, wrong);
            }
            else if (sequential)
            {
                break;
            }
        }

        return new()
        {
            Threshold = chosen,
            Risk = options.Risk,
            Level = options.Level,
            Testing = options.Testing,
            Samples = confidences.Length,
            Answered = answered,
            Errors = errors,
            MinimumAnswered = minimum,
        };
    }

    // A test of the fewest texts would end the sequence at their first error.
    private static int FirstTest(int samples, int minimum) => (int)Math.Clamp(samples / 8L, minimum, 3L * minimum);
}
