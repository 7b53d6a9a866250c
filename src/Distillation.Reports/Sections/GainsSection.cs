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

        PlotBar[] changes =
        [
            .. Enumerable.Range(0, after.Classes)
                .Where(label => before.Samples(label) > 0 && after.Samples(label) > 0)
                .Select(label => new PlotBar(shown.ClassName(label), after.Recall(label) - before.Recall(label))),
        ];
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"Against {run.BaselineName}, {changes.Count(change => change.Value > 0)} of {changes.Length} classes are found more often, "
            + $"{changes.Count(change => change.Value < 0)} less often. One run does not tell chance from gain: compare several seeds.");
        return new()
        {
            Title = "Gains and losses",
            Blocks = [new ReportText { Text = text }, Plot(changes, $"recall minus that of {run.BaselineName}")],
        };
    }

    /// <summary>Draws the change of the recall of each class, the largest gain first; of many classes the largest gains and losses.</summary>
    public static BarPlot Plot(IReadOnlyList<PlotBar> changes, string label)
    {
        PlotBar[] sorted = [.. changes.OrderByDescending(change => change.Value)];
        PlotBar[] chosen = sorted.Length <= MostBars ? sorted : [.. sorted[..(MostBars / 2)], .. sorted[^(MostBars / 2)..]];
        return new()
        {
            Title = chosen.Length < sorted.Length ? "Change of recall, the largest gains and losses" : "Change of recall by class",
            ValueLabel = label,
            Bars = chosen,
        };
    }
}
