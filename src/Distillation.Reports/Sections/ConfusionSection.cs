using System.Globalization;

namespace Distillation.Reports;

/// <summary>Which classes are taken for which, and how well each is found.</summary>
internal static class ConfusionSection
{
    // More cells cannot be told apart on a page.
    private const int MostInMap = 30;
    private const int MostRows = 20;
    private const int MostRowsBesideMap = 10;

    public static ReportSection? Of(ShownEvaluation? shown)
    {
        if (shown?.Report.Confusion is not { } confusion)
        {
            return null;
        }

        var blocks = new List<ReportBlock>();
        if (confusion.Classes <= MostInMap)
        {
            blocks.Add(Map(confusion, shown));
        }
        else
        {
            blocks.Add(new ReportText
            {
                Text = string.Create(
                    CultureInfo.InvariantCulture,
                    $"A matrix of {confusion.Classes} classes has no room on a page: the tables have its most frequent confusions and its weakest classes."),
            });
        }

        blocks.AddRange(Confusions(confusion, shown));
        blocks.Add(Classes(confusion, shown));
        return new() { Title = "Classes", Blocks = blocks };
    }

    private static HeatMap Map(ConfusionMatrix confusion, ShownEvaluation shown)
    {
        string[] names = [.. Enumerable.Range(0, confusion.Classes).Select(shown.ClassName)];
        double[][] counts = [.. Enumerable.Range(0, confusion.Classes).Select(actual => Enumerable.Range(0, confusion.Classes)
            .Select(predicted => (double)confusion[actual, predicted]).ToArray())];
        return new(names, names, counts) { Title = $"Confusion matrix, {shown.Name}", RowLabel = "class", ColumnLabel = "taken for" };
    }

    private static IEnumerable<ReportBlock> Confusions(ConfusionMatrix confusion, ShownEvaluation shown)
    {
        (int Actual, int Predicted, long Count)[] worst =
        [
            .. (from actual in Enumerable.Range(0, confusion.Classes)
                from predicted in Enumerable.Range(0, confusion.Classes)
                where actual != predicted && confusion[actual, predicted] > 0
                orderby confusion[actual, predicted] descending
                select (actual, predicted, confusion[actual, predicted])).Take(confusion.Classes <= MostInMap ? MostRowsBesideMap : MostRows),
        ];
        return worst.Length == 0
            ? [new ReportText { Text = "No sample was taken for another class." }]
            : [new ReportTable(
                ["class", "taken for", "samples", "share of the class"],
                worst.Select(one => (IReadOnlyList<ReportCell>)
                    [shown.ClassName(one.Actual), shown.ClassName(one.Predicted), one.Count, (double)one.Count / confusion.Samples(one.Actual)]))
                {
                    Title = "Most frequent confusions",
                }];
    }

    private static ReportTable Classes(ConfusionMatrix confusion, ShownEvaluation shown)
    {
        bool isWhole = confusion.Classes <= MostInMap;
        IEnumerable<int> labels = Enumerable.Range(0, confusion.Classes);
        IEnumerable<int> chosen = isWhole
            ? labels
            : labels.Where(label => confusion.Samples(label) > 0).OrderBy(confusion.F1).Take(MostRows);
        return new(
            ["class", "precision", "recall", "F1", "samples"],
            chosen.Select(label => (IReadOnlyList<ReportCell>)
                [shown.ClassName(label), confusion.Precision(label), confusion.Recall(label), confusion.F1(label), confusion.Samples(label)]))
        {
            Title = isWhole ? "Classes" : "Classes with the lowest F1",
        };
    }
}
