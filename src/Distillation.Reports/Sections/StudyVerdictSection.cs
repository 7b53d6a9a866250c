namespace Distillation.Reports;

/// <summary>What a study found out.</summary>
internal static class StudyVerdictSection
{
    public static ReportSection Of(StudyResult result)
    {
        var blocks = new List<ReportBlock> { new ReportText { Text = result.Sentence() }, Facts(result) };
        if (!result.IsComplete)
        {
            blocks.Add(new ReportText { Text = "The budget ended the search before all candidates were tried: one that was not tried may be better." });
        }

        return new() { Title = "Verdict", Blocks = blocks };
    }

    private static ReportFacts Facts(StudyResult result)
    {
        var facts = new List<KeyValuePair<string, ReportCell>>
        {
            new("verdict", Words(result.Verdict)),
            new("best candidate", result.Best),
            new($"{result.Metric}, alone", result.Alone.Average(report => report.Metrics[result.Metric])),
            new($"{result.Metric}, distilled", result.Distilled.Average(report => report.Metrics[result.Metric])),
        };
        if (result.Teacher?.Metrics.TryGetValue(result.Metric, out double teacher) is true)
        {
            facts.Add(new($"{result.Metric}, teacher", teacher));
        }

        facts.Add(new("candidates", result.Points.Count(StudyCandidatesSection.IsDistilled)));
        facts.Add(new("pairs", result.Pairs.Pairs));
        facts.Add(new("time", Duration.Of(result.Elapsed)));
        return new() { Values = facts };
    }

    private static string Words(DistillationVerdict verdict) => verdict switch
    {
        DistillationVerdict.Helps => "distillation helps",
        DistillationVerdict.Harms => "distillation harms",
        _ => "no difference",
    };
}
