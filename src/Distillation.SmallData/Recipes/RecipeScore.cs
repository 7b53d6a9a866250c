namespace Distillation.SmallData;

/// <summary>How a recipe did on held-out samples.</summary>
public sealed record RecipeScore
{
    /// <summary>Gets the recipe.</summary>
    public required Recipe Recipe { get; init; }

    /// <summary>Gets a report for each held-out part, in the order in which all recipes saw them.</summary>
    public required IReadOnlyList<EvaluationReport> Reports { get; init; }

    /// <summary>Gets the mean of the metric.</summary>
    public required double Mean { get; init; }

    /// <summary>Gets the standard error of the mean difference from the best recipe, over the parts; 0 of the best itself.</summary>
    public required double StandardErrorOfDifference { get; init; }

    /// <summary>Describes the score.</summary>
    /// <returns>A sentence, with 4 significant digits.</returns>
    public string Describe() =>
        $"{Recipe.Name}: {Brief.Of(Mean)}, standard error of the difference from the best {Brief.Of(StandardErrorOfDifference)}, {Reports.Count} parts.";

    /// <inheritdoc/>
    public override string ToString() => Brief.Of(
        nameof(RecipeScore),
        (nameof(Recipe), Recipe.Name),
        (nameof(Mean), Mean),
        (nameof(StandardErrorOfDifference), StandardErrorOfDifference),
        (nameof(Reports), Reports));
}
