using Distillation.Evaluation;
using Distillation.SmallData;

namespace Distillation.Reports;

/// <summary>What the runs of a model distillation changed in a metric, with the sentences of <see cref="RepeatedDistillationReport.Describe"/>.</summary>
internal sealed record RepeatedGains(Metric Metric, PairedComparison? OverPlain, PairedComparison? OverControl)
{
    private static readonly Metric[] MetricsOfClasses =
        [Metric.Accuracy, Metric.NegativeLogLikelihood, Metric.BrierScore, Metric.ExpectedCalibrationError];

    /// <summary>Returns the metrics by which runs are compared: those that all models have.</summary>
    public static IEnumerable<RepeatedGains> Of(IReadOnlyList<ModelDistillationReport> runs)
    {
        EvaluationTask? other = new[] { EvaluationTask.Regression, EvaluationTask.MultiLabel }.FirstOrDefault(task => task.Name == runs[0].Final.Task);
        Arm plain = new("plain", [.. runs.Select(run => run.Plain)]), final = new("final", [.. runs.Select(run => run.Final)]);
        Arm? control = runs.All(run => run.Control is not null) ? new("control", [.. runs.Select(run => run.Control!)]) : null;
        return (other?.Metrics ?? MetricsOfClasses).Where(metric => runs.All(run => run.Final.Metrics.ContainsKey(metric.Name)))
            .Select(metric => new RepeatedGains(
                metric, final.Against(plain, metric.Name), control is null ? null : final.Against(control, metric.Name)));
    }

    /// <summary>Returns the sentences: against the plain original, and against the control where there is one.</summary>
    public IEnumerable<string> Sentences()
    {
        if (OverPlain is { } plain)
        {
            yield return Sentence(plain, "against the plain original");
        }

        if (OverControl is { } control)
        {
            yield return Sentence(control, "against the same pool with known labels");
        }
    }

    private string Sentence(PairedComparison comparison, string against) => Metric.Name == Metric.Accuracy.Name
        ? comparison.Describe($"{Metric.Name} {against}", Metric.HigherIsBetter, " points", 100)
        : comparison.Describe($"{Metric.Name} {against}", Metric.HigherIsBetter);
}
