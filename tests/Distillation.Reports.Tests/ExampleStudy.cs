using Distillation.Evaluation;

namespace Distillation.Reports.Tests;

/// <summary>Results of studies to report.</summary>
internal static class ExampleStudy
{
    /// <summary>A study of two sizes of a student, in which distillation helps.</summary>
    public static StudyResult Result()
    {
        EvaluationReport[] alone = [.. Enumerable.Range(0, 3).Select(pair => Example.Evaluation(samples: 600, wrongEvery: 4 + (pair % 2)))];
        EvaluationReport[] distilled = [.. Enumerable.Range(0, 3).Select(pair => Example.Evaluation(samples: 600, wrongEvery: 7 + pair))];
        return new()
        {
            Verdict = DistillationVerdict.Helps,
            Best = "T = 4, half labels",
            Metric = "Accuracy",
            HigherIsBetter = true,
            Difference = distilled.Average(report => report.Accuracy) - alone.Average(report => report.Accuracy),
            Interval = new(0.0312, 0.1489),
            Level = 0.95,
            Pairs = PairedComparison.Of([.. alone.Select(report => report.Accuracy)], [.. distilled.Select(report => report.Accuracy)]),
            Alone = alone,
            Distilled = distilled,
            McNemar = [McNemarTest.Of(40, 101), McNemarTest.Of(51, 96), McNemarTest.Of(38, 85)],
            Points =
            [
                Point("T = 4, half labels", "large", 0.9051, 1, 101_770),
                Point("T = 2, half labels", "large", 0.8942, 1.0 / 3, 101_770),
                Point("T = 8, half labels", "large", 0.8713, 1.0 / 9, 101_770),
                Point("alone (large)", "large", 0.8605, 1, 101_770),
                Point("T = 4, small", "small", 0.8522, 1.0 / 3, 25_450),
                Point("alone (small)", "small", 0.8198, 1, 25_450),
                Point("diverged", "small", double.NaN, 1.0 / 9, 25_450),
            ],
            Teacher = Example.Evaluation(samples: 600, wrongEvery: 15),
            IsComplete = true,
            Elapsed = TimeSpan.FromSeconds(754),
        };
    }

    /// <summary>A study of a task without classes, whose smaller values are better.</summary>
    public static StudyResult Regression() => Result() with
    {
        Verdict = DistillationVerdict.NoDifference,
        Metric = "NegativeLogLikelihood",
        HigherIsBetter = false,
        Alone = [Example.Metrics(0, 0.5), Example.Metrics(0, 0.4)],
        Distilled = [Example.Metrics(0, 0.4), Example.Metrics(0, 0.45)],
        Pairs = PairedComparison.Of([0.5, 0.4], [0.4, 0.45]),
        McNemar = [],
        Teacher = null,
        IsComplete = false,
    };

    /// <summary>Reports of the progress of a study of four trainings.</summary>
    public static IEnumerable<StudyProgress> Progress() => Enumerable.Range(1, 4).Select(completed => new StudyProgress
    {
        Completed = completed,
        Total = 4,
        Name = $"T = {completed}",
        Value = 0.5 + (completed / 10.0),
        Metric = "Accuracy",
        Elapsed = TimeSpan.FromSeconds(3 * completed),
    });

    private static StudyPoint Point(string name, string student, double value, double budget, long parameters) =>
        new() { Name = name, StudentName = student, Value = value, Budget = budget, Cost = Example.Cost(parameters) };
}
