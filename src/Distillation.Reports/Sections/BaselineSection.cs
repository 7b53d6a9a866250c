namespace Distillation.Reports;

/// <summary>How the distilled student does against the same student trained alone.</summary>
internal static class BaselineSection
{
    public static ReportSection? Of(TrainingRun run)
    {
        if (run.Result.Baseline is not { } comparison)
        {
            return null;
        }

        string test = comparison.McNemar is { } mcNemar ? $" McNemar's test of the two models gives p = {Brief.Of(mcNemar.PValue)}." : "";
        return new()
        {
            Title = "Against the student alone",
            Blocks =
            [
                new ReportText
                {
                    Text = $"{comparison.Sentence()}{test} Both began with the same weights, and are compared on the validation data; "
                        + "differences are distilled minus alone.",
                },
                new ReportTable(
                    ["metric", "alone", "distilled", "difference"],
                    comparison.Distilled.Metrics.Keys.Where(comparison.Alone.Metrics.ContainsKey).Select(metric => Row(comparison, metric))),
            ],
        };
    }

    private static IReadOnlyList<ReportCell> Row(BaselineComparison comparison, string metric)
    {
        (double alone, double distilled) = (comparison.Alone.Metrics[metric], comparison.Distilled.Metrics[metric]);
        return [metric, alone, distilled, distilled - alone];
    }
}
