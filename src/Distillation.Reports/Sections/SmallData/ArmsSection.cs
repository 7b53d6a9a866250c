using Distillation.SmallData;

namespace Distillation.Reports;

/// <summary>The models of model distillations side by side.</summary>
internal static class ArmsSection
{
    public static ReportSection Of(IReadOnlyList<ModelDistillationReport> runs)
    {
        IReadOnlyList<Arm> arms = Arm.Of(runs);
        string metric = MainMetric(runs);
        return new()
        {
            Title = "Models",
            Blocks =
            [
                new ReportText { Text = $"{Arm.MeaningOfIntervals(metric, runs.Count)} The dashed line is the plain original." },
                new IntervalPlot
                {
                    Title = runs.Count > 1 ? $"{metric}, mean of {runs.Count} runs" : metric,
                    ValueLabel = metric,
                    Guide = arms[0].Mean(metric),
                    Values = [.. arms.Select(arm => new PlotInterval(arm.Name, arm.Mean(metric), arm.IntervalOf(metric)))],
                },
                Table(arms, runs.Count),
            ],
        };
    }

    /// <summary>Returns the name of the metric by which models are drawn: the first of the task.</summary>
    public static string MainMetric(IReadOnlyList<ModelDistillationReport> runs) => runs[0].Final.Metrics.Keys.FirstOrDefault() ?? Metric.Accuracy.Name;

    private static ReportTable Table(IReadOnlyList<Arm> arms, int runs)
    {
        string[] metrics = [.. arms.SelectMany(arm => arm.Reports).SelectMany(report => report.Metrics.Keys).Distinct()];
        return new(
            ["model", .. metrics],
            arms.Select(arm => (IReadOnlyList<ReportCell>)[arm.Name, .. metrics.Select(metric => (ReportCell)arm.Mean(metric))]))
        {
            Title = runs > 1 ? "All metrics, mean of the runs" : "All metrics",
        };
    }
}
