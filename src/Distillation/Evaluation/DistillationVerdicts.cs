namespace Distillation.Evaluation;

/// <summary>Draws verdicts from intervals.</summary>
internal static class DistillationVerdicts
{
    /// <param name="interval">The interval of the metric's difference, distilled minus alone.</param>
    /// <param name="metric">The metric.</param>
    public static DistillationVerdict Of(Interval interval, Metric metric) => interval.Contains(0) || double.IsNaN(interval.Low)
        ? DistillationVerdict.NoDifference
        : interval.Low > 0 == metric.HigherIsBetter ? DistillationVerdict.Helps : DistillationVerdict.Harms;
}
