using System.Globalization;

namespace Distillation.Reports;

/// <summary>What model distillations bring with several numbers of labels.</summary>
internal static class LearningCurveSections
{
    private const string Labels = "labeled samples";

    public static IReadOnlyList<ReportSection> Of(IReadOnlyList<LabelCount> counts) => [Verdict(counts), Curves(counts)];

    private static ReportSection Verdict(IReadOnlyList<LabelCount> counts) => new()
    {
        Title = "Verdict",
        Blocks =
        [
            .. counts.Select(count => new ReportText
            {
                Text = string.Create(CultureInfo.InvariantCulture, $"{count.Labels} labels: {count.Sentence()}"),
            }),
        ],
    };

    private static ReportSection Curves(IReadOnlyList<LabelCount> counts)
    {
        string main = ArmsSection.MainMetric(counts[0].Runs);
        string[] metrics = main == Metric.Accuracy.Name ? [main, Metric.NegativeLogLikelihood.Name] : [main];
        string[] meanings = [.. counts.Select(count => Arm.MeaningOfIntervals(main, count.Runs.Count)).Distinct()];
        string text = meanings.Length == 1
            ? meanings[0]
            : "Where there are several runs, intervals are 95 % intervals of their mean; where there is one, those of its accuracy for other test samples.";
        return new()
        {
            Title = "Learning curves",
            Blocks =
            [
                new ReportText { Text = $"{text} The lines between the numbers of labels are not measured." },
                .. metrics.Select(metric => Plot(counts, metric)),
                Table(counts, main),
            ],
        };
    }

    private static LinePlot Plot(IReadOnlyList<LabelCount> counts, string metric) => new()
    {
        Title = $"{metric} by the number of labels",
        XLabel = Labels,
        YLabel = metric,
        LogX = true,
        Series =
        [
            .. Names(counts).Select(name => new PlotSeries
            {
                Name = name,
                Points =
                [
                    .. from count in counts
                       from arm in count.Arms
                       where arm.Name == name
                       select new PlotPoint(count.Labels, arm.Mean(metric)) { Interval = arm.IntervalOf(metric) },
                ],
            }),
        ],
    };

    private static ReportTable Table(IReadOnlyList<LabelCount> counts, string metric)
    {
        string[] names = [.. Names(counts)];
        return new(
            [Labels, "runs", "recipe", .. names, "change", "from", "to"],
            counts.Select(count => (IReadOnlyList<ReportCell>)
                [
                    count.Labels.ToString(CultureInfo.InvariantCulture),
                    count.Runs.Count,
                    string.Join(", ", count.Runs.Select(run => run.Recipe.Name).Distinct()),
                    .. names.Select(name => count.Arms.FirstOrDefault(arm => arm.Name == name) is { } arm ? (ReportCell)arm.Mean(metric) : ""),
                    .. Change(count, metric),
                ]))
        {
            Title = $"{metric}, and its change against the plain original",
        };
    }

    private static ReportCell[] Change(LabelCount count, string metric) => count.Final.Against(count.Plain, metric) is not { } change
        ? ["", "", ""]
        : change.Pairs > 1 ? [change.Mean, change.Interval.Low, change.Interval.High] : [change.Mean, "", ""];

    private static IEnumerable<string> Names(IReadOnlyList<LabelCount> counts) => counts.SelectMany(count => count.Arms).Select(arm => arm.Name).Distinct();
}
