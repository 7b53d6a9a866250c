using System.Globalization;
using System.Text;

namespace Distillation.SmallData;

/// <summary>What a search among recipes found, from labeled samples alone.</summary>
/// <remarks>
/// A gain is claimed where the interval of a paired difference leaves zero out, for all candidates at once (see <see cref="RecipeSearch"/>). Where none is
/// established, the plain original stays, whatever the means are.
/// </remarks>
public sealed record RecipeSearchResult
{
    /// <summary>Gets what is recommended.</summary>
    public required Recommendation Recommendation { get; init; }

    /// <summary>
    /// Gets the recommended recipe: of those with an established gain over the plain original, the simplest that is within one standard error of the best; the
    /// plain original with its best training where there is none.
    /// </summary>
    public required Recipe Chosen { get; init; }

    /// <summary>Gets the same among the recipes that train an original: where <see cref="Chosen"/> is a teacher itself, the best use of a network.</summary>
    public required Recipe ChosenForOriginal { get; init; }

    /// <summary>
    /// Gets what is worth trying, whether its gain is established or not: the stack of the teachers and the plain original, or another candidate that is better
    /// by more than twice the standard error of the difference. Where there is no stack, it is the candidate with the best mean of the metric, plain ones and
    /// class frequencies left out.
    /// </summary>
    public required RecipeScore MostPromising { get; init; }

    /// <summary>Gets the plain original with the best training, calibrated: what all candidates are compared with.</summary>
    public required RecipeScore Plain { get; init; }

    /// <summary>Gets the class frequencies alone.</summary>
    public required RecipeScore Chance { get; init; }

    /// <summary>
    /// Gets what <see cref="Chosen"/> is expected to gain over the plain original. From the means of the held-out samples is taken what the choice of the best
    /// candidate adds to them by chance; the intervals hold for all candidates at once.
    /// </summary>
    /// <value>Zero where <see cref="Chosen"/> is the plain original.</value>
    public required RecipeGain ExpectedGain { get; init; }

    /// <summary>Gets what the temperature alone gains for the plain original; its accuracy stays.</summary>
    public required RecipeGain CalibrationGain { get; init; }

    /// <summary>
    /// Gets all candidates with their scores: the class frequencies, the plain originals, the recipes, their controls, the other families, and the stack.
    /// </summary>
    public required IReadOnlyList<RecipeScore> Scores { get; init; }

    /// <summary>Gets the metric by which the best candidate was chosen.</summary>
    public required Metric Metric { get; init; }

    /// <summary>Gets how sure the intervals are, all together.</summary>
    public required double Level { get; init; }

    /// <summary>Gets how many samples were held out once or more.</summary>
    public required long Samples { get; init; }

    /// <summary>Gets whether all parts were held out; <see langword="false"/> where the time ran out.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Returns the score of a recipe.</summary>
    /// <param name="recipe">One of the candidates.</param>
    /// <returns>Its score.</returns>
    /// <exception cref="ArgumentException">The recipe is no candidate of the search.</exception>
    public RecipeScore ScoreOf(Recipe recipe) => Scores.FirstOrDefault(score => score.Recipe == Require.Present(recipe))
        ?? throw new ArgumentException($"The recipe '{recipe.Name}' is no candidate of the search.", nameof(recipe));

    /// <summary>Describes the result: what was compared, what is recommended, and what it is expected to bring.</summary>
    /// <returns>Some lines.</returns>
    public string Describe()
    {
        var text = new StringBuilder();
        text.AppendLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Scores.Count} candidates on {Samples} held-out samples; intervals are {100 * Level:0.#} % for all of them at once."));
        text.AppendLine(Chance.Means());
        text.AppendLine($"{Plain.Means()} (tuned and calibrated)");
        text.AppendLine(Sentence());
        if (Chosen.Kind == RecipeKind.Plain)
        {
            text.AppendLine($"Most promising, not established: {MostPromising.Describe()}.");
        }
        else
        {
            text.AppendLine($"Expected gain over the plain original: {ExpectedGain.Describe()}.");
        }

        RecipeScore shown = ScoreOf(Chosen.Kind is RecipeKind.Plain ? MostPromising.Recipe : Chosen);
        if (shown.GainOverControl is { } share)
        {
            text.AppendLine($"Of which the teacher's labels bring, against known labels of the same samples: {share.Describe()}.");
        }

        return text.ToString().TrimEnd();
    }

    /// <summary>Describes what is recommended.</summary>
    /// <returns>A sentence; two where one measure alone is better, or where the original has a recipe of its own.</returns>
    public string Sentence()
    {
        RecipeScore chosen = ScoreOf(Chosen);
        string accuracy = TaskRules.Of(Plain.Gain.Task).IsRegression ? "squared error" : "accuracy";
        string also = (chosen.Gain.IsMoreAccurate, chosen.Gain.IsMoreLikely) switch
        {
            (true, false) => $" The {accuracy} is better; no difference of the likelihood is established.",
            (false, true) => $" The likelihood is better; no difference of the {accuracy} is established.",
            _ => "",
        };
        return Recommendation switch
        {
            Recommendation.NothingBeatsChance =>
                $"Nothing here beats the {Chance.Recipe.Name}: no candidate is established to know more of the label.",
            Recommendation.KeepPlain => $"Keep the plain original ('{Chosen.Name}'): no candidate is established to be better.",
            Recommendation.CalibratePlain => string.Create(
                CultureInfo.InvariantCulture,
                $"Keep the plain original ('{Chosen.Name}') and divide its logits by {chosen.Temperature:0.###}: "
                + $"NLL {-CalibrationGain.Likelihood:+0.000;-0.000;0.000}."),
            Recommendation.UseTeacher => $"Use '{Chosen.Name}'.{also}"
                + (ChosenForOriginal.Kind == RecipeKind.Plain
                    ? " No recipe is established to make the original better."
                    : $" For the original, use '{ChosenForOriginal.Name}'."),
            _ => $"Use '{Chosen.Name}'.{also}",
        };
    }

    /// <inheritdoc/>
    public override string ToString() => Brief.Of(
        nameof(RecipeSearchResult),
        (nameof(Recommendation), Recommendation),
        (nameof(Chosen), Chosen.Name),
        (nameof(ChosenForOriginal), ChosenForOriginal.Name),
        (nameof(ExpectedGain), ExpectedGain),
        (nameof(Scores), Scores),
        (nameof(Metric), Metric.Name),
        (nameof(Samples), Samples),
        (nameof(IsComplete), IsComplete));
}
