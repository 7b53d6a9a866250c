namespace Distillation.Reports;

/// <summary>How a run ended, and each metric in each evaluation.</summary>
internal static class SummarySection
{
    public static ReportSection Of(TrainingRun run, ShownEvaluation? shown) =>
        new() { Title = "Summary", Blocks = [Facts(run, shown), Metrics(run, shown)] };

    private static ReportFacts Facts(TrainingRun run, ShownEvaluation? shown)
    {
        TrainingResult result = run.Result;
        var facts = new List<KeyValuePair<string, ReportCell>>
        {
            new("status", Words(result.Status)),
            new("epochs", result.Position.Epoch),
            new("updates", result.Position.Step),
            new("time", Duration.Of(result.Elapsed)),
        };
        if (result.History.Count > 0)
        {
            facts.Add(new("last loss", result.History[^1].Loss));
            if (result.History[^1].Skipped is > 0 and var skipped)
            {
                facts.Add(new("updates skipped", skipped));
            }
        }

        if (shown?.Report.Metrics.FirstOrDefault() is { Key: { } metric, Value: var value })
        {
            facts.Add(new($"{metric}, {shown.Name}", value));
        }

        if (run.Agreement?.Metrics.FirstOrDefault() is { Key: { } agreement, Value: var share })
        {
            facts.Add(new($"{agreement} with the teacher", share));
        }

        if (run.Compression is { } compression)
        {
            facts.Add(new("parameters, teacher to student", $"{Brief.Of(compression.Parameters)} : 1"));
        }

        return new() { Values = facts };
    }

    private static ReportBlock Metrics(TrainingRun run, ShownEvaluation? shown)
    {
        TrainingProgress? last = run.Result.History.LastOrDefault(report => report.Validation is not null);
        var columns = new List<(string Title, EvaluationReport Report)>();
        if (last?.Validation is { } validation && (run.Evaluation is not null || !ReferenceEquals(shown?.Report, validation)))
        {
            columns.Add(("validation, last", validation));
        }

        if (run.Evaluation is not null && run.Result.Best?.Validation is { } best)
        {
            columns.Add(("validation, best", best));
        }

        if (shown is not null)
        {
            columns.Add((shown.Name, shown.Report));
        }

        if (run.Baseline is { } baseline)
        {
            columns.Add((run.BaselineName, baseline));
        }

        return columns.Count == 0
            ? new ReportText { Text = "The run was not validated." }
            : new ReportTable(Titles(), columns.SelectMany(column => column.Report.Metrics.Keys).Distinct().Select(Row)) { Title = "Metrics" };

        IReadOnlyList<string> Titles() =>
        [
            "metric",
            .. columns.Select(column => column.Title),
            .. run.Baseline is null ? Array.Empty<string>() : [$"{shown!.Name} minus {run.BaselineName}"],
        ];

        IReadOnlyList<ReportCell> Row(string metric) =>
        [
            metric,
            .. columns.Select(column => column.Report.Metrics.TryGetValue(metric, out double value) ? (ReportCell)value : ""),
            .. run.Baseline is null ? Array.Empty<ReportCell>() : [Change(metric)],
        ];

        ReportCell Change(string metric) =>
            shown!.Report.Metrics.TryGetValue(metric, out double own) && run.Baseline!.Metrics.TryGetValue(metric, out double other)
                ? (ReportCell)(own - other)
                : "";
    }

    private static string Words(TrainingStatus status) => status switch
    {
        TrainingStatus.Completed => "completed",
        TrainingStatus.StoppedEarly => "stopped early",
        TrainingStatus.Canceled => "canceled",
        TrainingStatus.Terminated => "terminated",
        _ => status.ToString(),
    };
}
