using System.Globalization;

namespace Distillation.Reports;

/// <summary>How far the student outputs what the teacher does.</summary>
internal static class AgreementSection
{
    public static ReportSection? Of(TrainingRun run) => run.Agreement is not { } agreement
        ? null
        : new()
        {
            Title = "Agreement with the teacher",
            Blocks =
            [
                new ReportText
                {
                    Text = string.Create(
                        CultureInfo.InvariantCulture,
                        $"The outputs of student and teacher are compared on {agreement.Samples} samples of the task {agreement.Task}."),
                },
                new ReportTable(
                    ["measure", "value"], agreement.Metrics.Select(metric => (IReadOnlyList<ReportCell>)[metric.Key, metric.Value])),
            ],
        };
}
