namespace Distillation.Reports;

/// <summary>The candidates of a study by size and quality, and what their students cost.</summary>
internal static class StudyCandidatesSection
{
    public static ReportSection? Of(StudyResult result) => result.Points.Count == 0
        ? null
        : new()
        {
            Title = "Candidates",
            Blocks =
            [
                new ReportText
                {
                    Text = "All are measured on the validation data, after the given share of the epochs"
                        + (result.Points.Any(point => point.Budget < 1) ? ": the search did not go on with those after a part of them. " : ". ")
                        + "The line connects those that no other beats in both size and quality. Multiply-adds and latency are those of one sample.",
                },
                Plot(result),
                Table(result),
                .. result.Points.DistinctBy(point => point.StudentName).SelectMany(point => CostSection.Uncounted(point.StudentName, point.Cost)),
            ],
        };

    /// <summary>Returns whether a point is a candidate, and no student alone.</summary>
    public static bool IsDistilled(StudyPoint point) => point.Name != $"alone ({point.StudentName})";

    private static ScatterPlot Plot(StudyResult result) => new()
    {
        Title = $"Size and {result.Metric}",
        XLabel = "parameters",
        YLabel = result.Metric,
        LogX = true,
        Front = result.HigherIsBetter ? ParetoFront.SmallXLargeY : ParetoFront.SmallXSmallY,
        Groups =
        [
            .. from point in result.Points
               let name = !IsDistilled(point) ? "alone" : point.Budget < 1 ? "distilled, a part of the epochs" : "distilled"
               group new PlotPoint(point.Cost.Parameters, point.Value) by name into points
               orderby points.Key
               select new PlotSeries { Name = points.Key, Points = [.. points] },
        ],
    };

    private static ReportTable Table(StudyResult result)
    {
        HashSet<StudyPoint> front = [.. result.ParetoFront()];
        return new(
            [
                "candidate",
                "student",
                result.Metric,
                "epochs",
                "parameters",
                "bytes",
                "multiply-adds",
                "latency",
                "not beaten",
            ],
            result.Points.Select(point => (IReadOnlyList<ReportCell>)
                [
                    point.Name,
                    point.StudentName,
                    point.Value,
                    point.Budget,
                    point.Cost.Parameters,
                    point.Cost.Bytes,
                    CostSection.MultiplyAdds(point.Cost),
                    Duration.Of(point.Cost.Latency),
                    front.Contains(point) ? "yes" : "no",
                ]))
        {
            Title = $"Candidates, the best {result.Metric} first",
        };
    }
}
