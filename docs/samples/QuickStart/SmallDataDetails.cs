using Distillation;
using Distillation.Reports;
using Distillation.SmallData;

namespace QuickStart;

/// <summary>Every figure of the trials of a small-data run.</summary>
internal static class SmallDataDetails
{
    /// <summary>Returns the mean over the held-out parts of each recipe, with its deviation over the seeds.</summary>
    public static ReportTable Recipes(IReadOnlyList<SmallDataTrial> trials) => new(
        ["recipe, on held-out labeled images", "NLL"],
        Enumerable.Range(0, trials[0].Found!.Scores.Count).Select(number => (IReadOnlyList<ReportCell>)
            [
                trials[0].Found!.Scores[number].Recipe.Name,
                new Spread(trials.Select(trial => trial.Found!.Scores[number].Mean)).Show("0.000"),
            ]));

    public static IEnumerable<ReportTable> Of(IReadOnlyList<SmallDataTrial> trials)
    {
        yield return Differences(trials);
        if (trials[0].Found is not null)
        {
            yield return Choices(trials);
            yield return Scores(trials);
            yield return HeldOut(trials);
        }

        yield return Suspects(trials);
    }

    private static ReportTable Differences(IReadOnlyList<SmallDataTrial> trials) => new(
        ["seed", "labels", "recipe", "only the plain one right", "only the other right", "McNemar's p"],
        trials.Select(trial => (IReadOnlyList<ReportCell>)
            [
                trial.Seed,
                trial.Labels,
                trial.Report.Recipe.Name,
                trial.Report.Difference!.OnlyFirst,
                trial.Report.Difference!.OnlySecond,
                trial.Report.Difference!.PValue,
            ]))
    {
        Title = "The original by the recipe against the plain one",
    };

    private static ReportTable Choices(IReadOnlyList<SmallDataTrial> trials) => new(
        ["seed", "chosen", "chosen for the original"],
        trials.Select(trial => (IReadOnlyList<ReportCell>)[trial.Seed, trial.Found!.Chosen.Name, trial.Found.ChosenForOriginal.Name]))
    {
        Title = "What the search chose",
    };

    private static ReportTable Scores(IReadOnlyList<SmallDataTrial> trials) => new(
        ["recipe", "seed", "NLL", "accuracy gained over plain", "NLL gained over plain"],
        trials.SelectMany(trial => trial.Found!.Scores.Select(score => (IReadOnlyList<ReportCell>)
            [score.Recipe.Name, trial.Seed, score.Mean, score.Gain.Accuracy, score.Gain.Likelihood])))
    {
        Title = "Recipes",
    };

    private static ReportTable HeldOut(IReadOnlyList<SmallDataTrial> trials) => new(
        ["recipe", "seed", "part", "accuracy", "NLL", "Brier", "ECE"],
        trials.SelectMany(trial => trial.Found!.Scores.SelectMany(score => score.Reports.Select((report, part) => Row(trial, score, report, part)))))
    {
        Title = "Recipes on each held-out part",
    };

    private static IReadOnlyList<ReportCell> Row(SmallDataTrial trial, RecipeScore score, EvaluationReport report, int part) =>
    [
        score.Recipe.Name,
        trial.Seed,
        part,
        report.Accuracy,
        report.NegativeLogLikelihood,
        report.BrierScore,
        report.ExpectedCalibrationError,
    ];

    private static ReportTable Suspects(IReadOnlyList<SmallDataTrial> trials) => new(
        ["number of the training image", "seed", "label", "held likeliest", "probability of the label"],
        trials.SelectMany(trial => trial.Suspects.Select(suspect => (IReadOnlyList<ReportCell>)
            [suspect.Number, trial.Seed, suspect.Label, suspect.Predicted, suspect.Probability])))
    {
        Title = "Labels that the teacher contradicts",
    };
}
