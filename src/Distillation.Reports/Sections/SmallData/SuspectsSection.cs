using System.Globalization;
using Distillation.SmallData;

namespace Distillation.Reports;

/// <summary>The samples whose labels a diagnosis contradicts, as images, as rows of numbers, or by their numbers.</summary>
internal static class SuspectsSection
{
    private const int DefaultCount = 24;

    private static readonly string[] Columns = ["sample", "label", "predicted", "probability of the label", "loss"];

    public static ReportSection Of(DataDiagnosis diagnosis, SampleDisplay? display, Func<long, string> className)
    {
        SuspectSample[] shown = [.. diagnosis.Suspects.Take(display?.Count ?? DefaultCount)];
        if (shown.Length == 0)
        {
            return new() { Title = "Suspect samples", Blocks = [new ReportText { Text = "No label is contradicted and unlikely." }] };
        }

        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{diagnosis.Suspects.Count} of {diagnosis.Report.Samples} labels are contradicted and unlikely"
            + $"{(shown.Length < diagnosis.Suspects.Count ? $"; shown are the {shown.Length} least likely" : "")}. "
            + $"Such a label is wrong, or the sample is hard: look at it. The loss is the negative logarithm of the probability.");
        using var samples = display is null ? null : SuspectInputs.Read(display, shown);
        var table = new ReportTable(
            [.. Columns, .. samples?.ColumnNames ?? []],
            shown.Index().Select(suspect => (IReadOnlyList<ReportCell>)[.. Row(suspect.Item, className), .. samples?.Row(suspect.Index) ?? []]))
        {
            Title = "The least likely label first",
        };
        ReportImages? images = samples?.Images([.. shown.Select(suspect => Caption(suspect, className))]);
        ReportBlock[] shownInputs = images is null ? [table] : [images, table];
        return new() { Title = "Suspect samples", Blocks = [new ReportText { Text = text + samples?.HiddenColumns }, .. shownInputs] };
    }

    private static ReportCell[] Row(SuspectSample suspect, Func<long, string> className) =>
        [suspect.Number, className(suspect.Label), className(suspect.Predicted), suspect.Probability, -Math.Log(suspect.Probability)];

    private static string Caption(SuspectSample suspect, Func<long, string> className) => string.Create(
        CultureInfo.InvariantCulture,
        $"{suspect.Number}: {className(suspect.Label)} ({Brief.Of(suspect.Probability)}), predicted {className(suspect.Predicted)}");
}
