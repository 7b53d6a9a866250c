using System.Globalization;
using Distillation.Evaluation;
using Distillation.SmallData;

namespace Distillation.Reports;

/// <summary>What a model distillation brought in several runs.</summary>
internal static class RepeatedSections
{
    /// <exception cref="ArgumentException">There is no run, or not one name for each class.</exception>
    public static IReadOnlyList<ReportSection> Of(RepeatedDistillationReport report, IReadOnlyList<string> classNames)
    {
        if (report.Runs.Count == 0)
        {
            throw new ArgumentException($"{nameof(RepeatedDistillationReport.Runs)} must have a run, but has none.", nameof(report));
        }

        ReportSection?[] sections =
            [Verdict(report.Runs), Gains(report.Runs), ArmsSection.Of(report.Runs), Runs(report.Runs), ClassGainsSection.Of(report.Runs, classNames)];
        return [.. sections.OfType<ReportSection>()];
    }

    private static ReportSection Verdict(IReadOnlyList<ModelDistillationReport> runs)
    {
        string[] sentences = RepeatedGains.Of(runs).Select(gain => gain.Sentences().ToArray()).FirstOrDefault(gain => gain.Length > 0)
            ?? ["No metric is finite in each run."];
        return new()
        {
            Title = "Verdict",
            Blocks =
            [
                .. sentences.Select(sentence => new ReportText { Text = sentence }),
                new ReportFacts
                {
                    Values =
                    [
                        new("recipe", string.Join(", ", runs.Select(run => run.Recipe.Name).Distinct())),
                        new("runs", runs.Count),
                        new("test samples", runs[0].Final.Samples),
                    ],
                },
                new ReportText
                {
                    Text = "The intervals are over the runs. Runs of the same labeled samples differ in weights, orders and new samples: such intervals do "
                        + "not hold for other labeled samples.",
                },
            ],
        };
    }

    private static ReportSection Gains(IReadOnlyList<ModelDistillationReport> runs)
    {
        RepeatedGains[] gains = [.. RepeatedGains.Of(runs)];
        return new()
        {
            Title = "Gains",
            Blocks =
            [
                .. gains.Select(gain => new IntervalPlot
                {
                    Title = $"Change of {gain.Metric.Name}, {(gain.Metric.HigherIsBetter ? "higher" : "lower")} is better",
                    ValueLabel = "change",
                    Guide = 0,
                    Values = [.. Point("against plain", gain.OverPlain), .. Point("against known labels", gain.OverControl)],
                }),
                Table(gains),
            ],
        };

        static IEnumerable<PlotInterval> Point(string name, PairedComparison? comparison) =>
            comparison is null ? [] : [new(name, comparison.Mean, comparison.Interval)];
    }

    private static ReportSection Runs(IReadOnlyList<ModelDistillationReport> runs)
    {
        IReadOnlyList<Arm> arms = Arm.Of(runs);
        string metric = ArmsSection.MainMetric(runs);
        bool isTested = runs.All(run => run.Difference is not null);
        return new()
        {
            Title = "Runs",
            Blocks =
            [
                new ReportTable(
                    ["run", .. arms.Select(arm => arm.Name), .. isTested ? ["McNemar's p"] : Array.Empty<string>()],
                    runs.Select((run, number) => (IReadOnlyList<ReportCell>)
                        [
                            (number + 1).ToString(CultureInfo.InvariantCulture),
                            .. arms.Select(arm => Cell(arm.Reports[number], metric)),
                            .. isTested ? [run.Difference!.PValue] : Array.Empty<ReportCell>(),
                        ]))
                {
                    Title = $"{metric} of each run",
                },
            ],
        };
    }

    private static ReportCell Cell(EvaluationReport report, string metric) => report.Metrics.TryGetValue(metric, out double value) ? value : "";

    private static ReportTable Table(IReadOnlyList<RepeatedGains> gains) => new(
        ["metric", "against", "change", "from", "to", "established"],
        gains.SelectMany(gain => Rows(gain.Metric, "the plain original", gain.OverPlain).Concat(Rows(gain.Metric, "known labels", gain.OverControl))))
    {
        Title = "Changes, final model minus the other",
    };

    private static IEnumerable<IReadOnlyList<ReportCell>> Rows(Metric metric, string against, PairedComparison? comparison) => comparison is null
        ? []
        :
        [
            [
                metric.Name,
                against,
                comparison.Mean,
                comparison.Interval.Low,
                comparison.Interval.High,
                !comparison.IsSignificant ? "no" : comparison.Mean > 0 == metric.HigherIsBetter ? "better" : "worse",
            ],
        ];
}
