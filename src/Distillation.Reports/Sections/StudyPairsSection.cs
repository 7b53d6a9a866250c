using System.Globalization;
using Distillation.Evaluation;

namespace Distillation.Reports;

/// <summary>The pairs of trainings on which the verdict of a study rests, on the test data.</summary>
internal static class StudyPairsSection
{
    public static ReportSection Of(StudyResult result) => new()
    {
        Title = "Pairs",
        Blocks = [new ReportText { Text = Text(result) }, Pairs(result), Intervals(result), Metrics(result)],
    };

    private static string Text(StudyResult result) => string.Create(
        CultureInfo.InvariantCulture,
        $"The student alone and the one distilled with {result.Best} began with the same weights in each of the {result.Pairs.Pairs} pairs. "
        + $"They are measured on the {result.Alone[0].Samples} samples of the test data, which had no part in the choice of the candidate; "
        + $"a {(result.HigherIsBetter ? "larger" : "smaller")} {result.Metric} is better. Differences are distilled minus alone.");

    private static ReportTable Pairs(StudyResult result)
    {
        string[] columns = ["pair", "alone", "distilled", "difference"];
        bool isTested = result.McNemar.Count == result.Alone.Count;
        return new(
            isTested ? [.. columns, "McNemar's p"] : columns,
            result.Alone.Zip(result.Distilled).Index().Select(pair => (IReadOnlyList<ReportCell>)
                [
                    .. Row((pair.Index + 1).ToString(CultureInfo.InvariantCulture), [pair.Item.First], [pair.Item.Second], result.Metric),
                    .. isTested ? [result.McNemar[pair.Index].PValue] : Array.Empty<ReportCell>(),
                ])
                .Append([.. Row("mean", result.Alone, result.Distilled, result.Metric), .. isTested ? [""] : Array.Empty<ReportCell>()]))
        {
            Title = $"{result.Metric} of each pair",
        };
    }

    private static ReportTable Intervals(StudyResult result) => new(
        ["holds for", "difference", "from", "to"],
        [
            Row("other seeds and other test data", result.Difference, result.Interval),
            Row("other seeds, these test data", result.Pairs.Mean, result.Pairs.Interval),
        ])
    {
        Title = string.Create(CultureInfo.InvariantCulture, $"{100 * result.Level:0.#} % intervals of the difference"),
    };

    private static ReportTable Metrics(StudyResult result)
    {
        string[] columns = ["metric", "alone", "distilled", "difference"];
        return new(
            result.Teacher is null ? columns : [.. columns, "teacher"],
            result.Distilled[0].Metrics.Keys.Select(metric => (IReadOnlyList<ReportCell>)
                [.. Row(metric, result.Alone, result.Distilled, metric), .. Teacher(metric)]))
        {
            Title = "All metrics, mean of the pairs",
        };

        ReportCell[] Teacher(string metric) =>
            result.Teacher is null ? [] : [result.Teacher.Metrics.TryGetValue(metric, out double value) ? (ReportCell)value : ""];
    }

    private static IReadOnlyList<ReportCell> Row(string name, double difference, Interval interval) => [name, difference, interval.Low, interval.High];

    private static IReadOnlyList<ReportCell> Row(
        string name, IReadOnlyList<EvaluationReport> alone, IReadOnlyList<EvaluationReport> distilled, string metric)
    {
        (double before, double after) = (alone.Average(report => report.Metrics[metric]), distilled.Average(report => report.Metrics[metric]));
        return [name, before, after, after - before];
    }
}
