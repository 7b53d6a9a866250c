using System.Globalization;
using Distillation.SmallData;

namespace Distillation.Reports;

/// <summary>Which classes the recipe finds more often and which less, in the mean over the runs.</summary>
internal static class ClassGainsSection
{
    /// <exception cref="ArgumentException">There is not one name for each class.</exception>
    public static ReportSection? Of(IReadOnlyList<ModelDistillationReport> runs, IReadOnlyList<string> classNames)
    {
        if (runs.Any(run => run.Plain.Confusion is null || run.Final.Confusion is null))
        {
            return null;
        }

        var shown = ShownEvaluation.Of("final model", runs[0].Final, "test", classNames);
        PlotBar[] changes =
        [
            .. runs.SelectMany(run => run.ClassChanges).GroupBy(change => change.Label).OrderBy(changes => changes.Key)
                .Select(changes => new PlotBar(shown.ClassName((int)changes.Key), changes.Average(change => change.After - change.Before))),
        ];
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{(runs.Count > 1 ? $"In the mean over {runs.Count} runs, " : "")}{changes.Count(change => change.Value > 0)} of {changes.Length} classes are "
            + $"found more often than by the plain original, {changes.Count(change => change.Value < 0)} less often. Of few test samples a class, most of that "
            + $"is chance.");
        return new()
        {
            Title = "Gains and losses",
            Blocks = [new ReportText { Text = text }, GainsSection.Plot(changes, "recall minus that of the plain original"), Samples(runs, shown)],
        };
    }

    private static ReportTable Samples(IReadOnlyList<ModelDistillationReport> runs, ShownEvaluation shown) => new(
        ["class", "recall, plain", "recall, by the recipe", "test samples"],
        runs.SelectMany(run => run.ClassChanges).GroupBy(change => change.Label).OrderBy(changes => changes.Key).Select(changes => (IReadOnlyList<ReportCell>)
            [
                shown.ClassName((int)changes.Key),
                changes.Average(change => change.Before),
                changes.Average(change => change.After),
                changes.First().Samples,
            ]))
    {
        Title = "Recall by class",
    };
}
