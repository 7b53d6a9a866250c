using System.Globalization;

namespace Distillation.SmallData;

/// <summary>What a search among recipes found.</summary>
public sealed record RecipeSearchResult
{
    /// <summary>Gets the simplest recipe whose mean lies within one standard error of the best.</summary>
    public required Recipe Chosen { get; init; }

    /// <summary>Gets the same among the recipes that train an original: where <see cref="Chosen"/> is a teacher itself, the best use of a network.</summary>
    public required Recipe ChosenForOriginal { get; init; }

    /// <summary>Gets all recipes with their scores, in the order in which they were given.</summary>
    public required IReadOnlyList<RecipeScore> Scores { get; init; }

    /// <summary>Gets the metric by which they were compared.</summary>
    public required Metric Metric { get; init; }

    /// <summary>Gets whether all parts were held out; <see langword="false"/> where the time ran out.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Describes the result in plain words.</summary>
    /// <returns>A sentence.</returns>
    public string Describe()
    {
        RecipeScore chosen = Scores.Single(score => score.Recipe == Chosen);
        RecipeScore plain = Scores.Where(score => score.Recipe.Kind == RecipeKind.Plain)
            .Aggregate((best, next) => Metric.IsBetter(next.Mean, best.Mean) ? next : best);
        return Chosen.Kind == RecipeKind.Plain
            ? FormattableString.Invariant($"Nothing beats the plain original clearly enough: its mean {Metric.Name} on held-out samples is {plain.Mean:0.###}.")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"'{Chosen.Name}' is chosen: its mean {Metric.Name} on held-out samples is {chosen.Mean:0.###}, "
                + $"that of the plain original {plain.Mean:0.###}.");
    }

    /// <inheritdoc/>
    public override string ToString() => Brief.Of(
        nameof(RecipeSearchResult),
        (nameof(Chosen), Chosen.Name),
        (nameof(ChosenForOriginal), ChosenForOriginal.Name),
        (nameof(Scores), Scores),
        (nameof(Metric), Metric.Name),
        (nameof(IsComplete), IsComplete));
}
