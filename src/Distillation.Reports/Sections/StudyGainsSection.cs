using System.Globalization;

namespace Distillation.Reports;

/// <summary>Which classes gain and which lose by distillation, in the mean over the pairs of a study.</summary>
internal static class StudyGainsSection
{
    /// <exception cref="ArgumentException">There is not one name for each class.</exception>
    public static ReportSection? Of(StudyResult result, IReadOnlyList<string> classNames)
    {
        (ConfusionMatrix Alone, ConfusionMatrix Distilled)[] pairs =
        [
            .. result.Alone.Zip(result.Distilled)
                .Where(pair => pair.First.Confusion is not null && pair.Second.Confusion is not null)
                .Select(pair => (pair.First.Confusion!, pair.Second.Confusion!)),
        ];
        if (pairs.Length == 0)
        {
            return null;
        }

        int classes = pairs[0].Alone.Classes;
        ShownEvaluation.CheckNames(classNames, classes);
        PlotBar[] changes =
        [
            .. Enumerable.Range(0, classes).Where(label => pairs[0].Alone.Samples(label) > 0).Select(label => new PlotBar(
                classNames.Count > 0 ? classNames[label] : label.ToString(CultureInfo.InvariantCulture),
                pairs.Average(pair => pair.Distilled.Recall(label) - pair.Alone.Recall(label)))),
        ];
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"In the mean over {pairs.Length} pairs, {changes.Count(change => change.Value > 0)} of {changes.Length} classes are found more often than by the "
            + $"student alone, {changes.Count(change => change.Value < 0)} less often. These are means without intervals: one class may differ by chance.");
        return new()
        {
            Title = "Gains and losses",
            Blocks = [new ReportText { Text = text }, GainsSection.Plot(changes, "recall, distilled minus alone")],
        };
    }
}
