using System.Globalization;
using Distillation.Evaluation;

namespace Distillation.Reports;

/// <summary>How far probabilities can be taken at their word.</summary>
internal static class CalibrationSection
{
    public static ReportSection? Of(ShownEvaluation? shown)
    {
        if (shown is null || shown.Report.Reliability.IsEmpty)
        {
            return null;
        }

        IReadOnlyList<ReliabilityBin> bins = shown.Report.Reliability;
        long rows = bins.Sum(bin => bin.Rows);
        double confidence = bins.Sum(bin => bin.Rows * bin.Confidence) / Math.Max(1, rows);
        double accuracy = bins.Sum(bin => bin.Rows * bin.Accuracy) / Math.Max(1, rows);
        string verdict = confidence.CompareTo(accuracy) switch
        {
            > 0 => "surer than it is right",
            < 0 => "right more often than it is sure",
            _ => "as sure as it is right",
        };
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"The mean of the largest probability is {Brief.Of(confidence)}, and {Brief.Of(accuracy)} of the {rows} decisions are right ({shown.Name}): "
            + $"on the whole the {shown.Model} is {verdict}.");
        return new()
        {
            Title = "Calibration",
            Blocks = [new ReportText { Text = text }, new ReliabilityDiagram { Title = "Reliability diagram", Bins = bins }],
        };
    }
}
