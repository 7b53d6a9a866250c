using System.Globalization;

namespace Distillation.AI;

/// <summary>A verdict as text.</summary>
internal static class VerdictText
{
    public static string Of(LabelingVerdict verdict)
    {
        string level = string.Create(CultureInfo.InvariantCulture, $"{100 * verdict.Level:G4} %");
        List<string> lines = [verdict.Sentence];
        if (verdict.BreakEvenRequests is { } requests)
        {
            lines.Add(double.IsInfinity(requests)
                ? "A request does not become cheaper by it."
                : string.Create(CultureInfo.InvariantCulture, $"It pays off from {requests:F0} requests on."));
        }

        lines.Add("");
        lines.Add(string.Create(CultureInfo.InvariantCulture, $"Against human labels of {verdict.Texts} texts"));
        lines.AddRange(TextTable.Lines(
            ["system", "accuracy", $"{level} interval", "macro F1", "ECE", "NLL", "cost/million", "fixed cost", "latency"],
            verdict.Systems.Select(Row)));
        lines.Add("");
        lines.Add("Minus the language model, in points");
        lines.AddRange(TextTable.Lines(
            ["system", "accuracy", $"{level} interval", "macro F1", $"{level} interval", "McNemar p"], verdict.Differences.Select(Row)));
        lines.Add("");
        lines.Add("Agreement of the student with the language model, by the label of the latter");
        lines.AddRange(TextTable.Lines(["label", "texts", "agreed", "share", $"{level} interval"], verdict.Agreement.Select(Row)));
        return string.Join(Environment.NewLine, lines);
    }

    private static string[] Row(SystemScore score) =>
    [
        score.Name,
        Figures.Of(score.Accuracy),
        Figures.Of(score.AccuracyInterval),
        Figures.Of(score.MacroF1),
        Figures.Of(score.ExpectedCalibrationError),
        Figures.Of(score.NegativeLogLikelihood),
        Figures.Of(score.CostPerMillion),
        Figures.Of(score.FixedCost),
        Figures.Of(score.Latency),
    ];

    private static string[] Row(SystemDifference difference) =>
    [
        difference.Name,
        Figures.Signed(100 * difference.Accuracy),
        Figures.Of(difference.AccuracyInterval, 100),
        Figures.Signed(100 * difference.MacroF1),
        Figures.Of(difference.MacroF1Interval, 100),
        Figures.Of(difference.McNemar.PValue),
    ];

    private static string[] Row(ClassAgreement agreement) =>
    [
        agreement.Label,
        Figures.Count(agreement.Texts),
        Figures.Count(agreement.Agreed),
        agreement.Texts == 0 ? "" : Figures.Of(agreement.Share),
        Figures.Of(agreement.Interval),
    ];
}
