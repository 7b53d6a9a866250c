using System.Globalization;
using Distillation.SmallData;

namespace Distillation.Reports;

/// <summary>The candidates of a search, by what they gain on held-out samples.</summary>
internal static class RecipeCandidatesSection
{
    /// <summary>Returns the candidates, what beats the class frequencies, and what the labels of teachers bring.</summary>
    public static IEnumerable<ReportSection> All(RecipeSearchResult result)
    {
        ReportSection?[] sections = [Candidates(result), OverChance(result), OverControl(result)];
        return sections.OfType<ReportSection>();
    }

    private static ReportSection Candidates(RecipeSearchResult result) => new()
    {
        Title = "Candidates",
        Blocks =
        [
            new ReportText
            {
                Text = $"{Intervals(result)} Gains are over the plain original that is best by the measure, on the same held-out samples. A gain is "
                    + $"established where one interval lies above zero, the other not below it, and the same holds against the {result.Chance.Recipe.Name}; "
                    + $"the best of those is chosen by {result.Metric.Name}.",
            },
            .. Plots(result, Others(result), score => score.Gain, "over the plain original"),
            Table(result),
        ],
    };

    private static ReportSection OverChance(RecipeSearchResult result)
    {
        RecipeScore[] others = [.. Others(result)];
        string[] better = [.. others.Where(score => score.GainOverChance.IsEstablished).Select(score => $"'{score.Recipe.Name}'")];
        return new()
        {
            Title = $"Against the {result.Chance.Recipe.Name}",
            Blocks =
            [
                new ReportText
                {
                    Text = string.Create(
                        CultureInfo.InvariantCulture,
                        $"{better.Length} of {others.Length} candidates are established to beat the {result.Chance.Recipe.Name}"
                        + $"{(better.Length is 0 || better.Length == others.Length ? "" : $": {string.Join(", ", better)}")}. {Intervals(result)}"),
                },
                .. Plots(result, others, score => score.GainOverChance, $"over the {result.Chance.Recipe.Name}"),
            ],
        };
    }

    private static ReportSection? OverControl(RecipeSearchResult result)
    {
        RecipeScore[] controlled = [.. result.Scores.Where(score => score.GainOverControl is not null)];
        return controlled.Length == 0
            ? null
            : new()
            {
                Title = "Labels of the teacher",
                Blocks =
                [
                    new ReportText
                    {
                        Text = "What a recipe gains over its control, the same new samples with known labels, is the part of its teacher. "
                            + $"{string.Create(CultureInfo.InvariantCulture, $"Each pair of {100 * result.Level:0.#} % intervals is for one recipe.")}",
                    },
                    .. Plots(result, controlled, score => score.GainOverControl!, "over the control"),
                ],
            };
    }

    private static string Intervals(RecipeSearchResult result) => string.Create(
        CultureInfo.InvariantCulture, $"Intervals are {100 * result.Level:0.#} % intervals for all candidates and both measures at once.");

    private static IEnumerable<RecipeScore> Others(RecipeSearchResult result) => result.Scores.Where(score => score.Recipe != result.Chance.Recipe);

    // What the accuracy of a score is called depends on the task.
    private static string Accuracy(RecipeSearchResult result) => result.Plain.Gain.Task.Name == EvaluationTask.Regression.Name ? "R²"
        : result.Plain.Gain.Task.Name == EvaluationTask.MultiLabel.Name ? "share of right labels"
        : "accuracy";

    private static IEnumerable<ReportBlock> Plots(RecipeSearchResult result, IEnumerable<RecipeScore> scores, Func<RecipeScore, RecipeGain> of, string over)
    {
        string accuracy = Accuracy(result);
        RecipeScore[] all = [.. scores];
        yield return Plot($"Gain of {accuracy} {over}", $"{accuracy} gained", gain => new("", gain.Accuracy, gain.AccuracyInterval));
        yield return Plot($"Gain of likelihood {over}", "fall of the NLL", gain => new("", gain.Likelihood, gain.LikelihoodInterval));

        IntervalPlot Plot(string title, string label, Func<RecipeGain, PlotInterval> point) => new()
        {
            Title = title,
            ValueLabel = label,
            Guide = 0,
            Values = [.. all.Select(score => point(of(score)) with { Name = score.Recipe.Name })],
        };
    }

    private static ReportTable Table(RecipeSearchResult result) => new(
        ["candidate", "kind", Accuracy(result), "NLL", "temperature", "established"],
        result.Scores.Select(score => (IReadOnlyList<ReportCell>)
            [
                score.Recipe.Name,
                score.Recipe == result.Chance.Recipe ? "chance" : Words(score.Recipe.Kind),
                score.Accuracy,
                score.NegativeLogLikelihood,
                score.Temperature,
                score.Gain.IsEstablished && score.GainOverChance.IsEstablished ? "yes" : "no",
            ]))
    {
        Title = "Means on held-out samples",
    };

    private static string Words(RecipeKind kind) => kind switch
    {
        RecipeKind.Plain => "plain original",
        RecipeKind.AugmentationOnly => "known labels",
        RecipeKind.Distillation => "distillation",
        RecipeKind.TeacherItself => "teacher itself",
        _ => kind.ToString(),
    };
}
