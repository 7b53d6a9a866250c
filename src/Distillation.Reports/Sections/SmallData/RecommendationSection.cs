using System.Globalization;
using Distillation.SmallData;

namespace Distillation.Reports;

/// <summary>What a search among recipes recommends, and what that is expected to bring.</summary>
internal static class RecommendationSection
{
    public static ReportSection Of(RecipeSearchResult result)
    {
        bool isPlain = result.Chosen.Kind == RecipeKind.Plain;
        List<ReportBlock> blocks =
        [
            new ReportText { Text = result.Sentence() },
            new ReportText
            {
                Text = isPlain
                    ? $"Most promising, not established: {result.MostPromising.Describe()}."
                    : $"Expected gain over the plain original: {result.ExpectedGain.Describe()}. "
                        + "What the choice of the best adds to it by chance is taken away; the intervals hold for all candidates at once.",
            },
        ];
        if ((isPlain ? result.MostPromising : result.ScoreOf(result.Chosen)).GainOverControl is { } share)
        {
            blocks.Add(new ReportText { Text = $"Of which the teacher's labels bring, against known labels of the same samples: {share.Describe()}." });
        }

        blocks.Add(Facts(result));
        if (!result.IsComplete)
        {
            blocks.Add(new ReportText { Text = "The time ran out before all parts were held out: the intervals are wider than those of a complete search." });
        }

        return new() { Title = "Recommendation", Blocks = blocks };
    }

    private static ReportFacts Facts(RecipeSearchResult result) => new()
    {
        Values =
        [
            new("recommendation", Words(result.Recommendation)),
            new("chosen", result.Chosen.Name),
            new("chosen for the original", result.ChosenForOriginal.Name),
            new("candidates", result.Scores.Count),
            new("held-out samples", result.Samples),
            new("intervals", string.Create(CultureInfo.InvariantCulture, $"{100 * result.Level:0.#} %")),
        ],
    };

    private static string Words(Recommendation recommendation) => recommendation switch
    {
        Recommendation.NothingBeatsChance => "nothing beats chance",
        Recommendation.KeepPlain => "keep the plain original",
        Recommendation.CalibratePlain => "calibrate the plain original",
        Recommendation.UseTeacher => "use the teacher",
        Recommendation.UseRecipe => "use the recipe",
        _ => recommendation.ToString(),
    };
}
