using System.Globalization;

namespace Distillation.Reports;

/// <summary>Which classes gain and which lose against the baseline.</summary>
internal static class GainsSection
{
    private const int MostBars = 24;

    public static ReportSection? Of(TrainingRun run, ShownEvaluation? shown)
    {
        if (run.Baseline?.Confusion is not { } before || shown?.Report.Confusion is not { } after)
        {
            return null;
        }

        (int Label, double Change)[] changes =
        [
            .. Enumerable.Range(0, after.Classes)
                .Where(label => before.Samples(label) > 0 && after.Samples(label) > 0)
                .Select(label => (label, after.Recall(label) - before.Recall(label)))
                .OrderByDescending(change => change.Item2),
        ];
        (int Label, double Change)[] chosen = changes.Length <= MostBars ? changes : [.. changes[..(MostBars / 2)], .. changes[^(MostBars / 2)..]];
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"Against {run.BaselineName}, {changes.Count(change => change.Change > 0)} of {changes.Length} classes are found more often, "
            + $"{changes.Count(change => change.Change < 0)} less often. One run does not tell chance from gain: compare several seeds.");
        return new()
        {
            Title = "Gains and losses",
            Blocks =
            [
                new ReportText { Text = text },
                new BarPlot
                {
                    Title = chosen.Length < changes.Length ? "Change of recall, the largest gains and losses" : "Change of recall by class",
                    ValueLabel = $"recall minus that of {run.BaselineName}",
                    Bars = [.. chosen.Select(change => new PlotBar(shown.ClassName(change.Label), change.Change))],
                },
            ],
        };
    }
}
