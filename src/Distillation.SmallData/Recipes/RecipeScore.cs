namespace Distillation.SmallData;

/// <summary>How a recipe did on held-out samples.</summary>
/// <param name="Recipe">The recipe.</param>
/// <param name="Reports">A report for each held-out part, in the order in which all recipes saw them.</param>
/// <param name="Mean">The mean of the metric.</param>
/// <param name="StandardErrorOfDifference">The standard error of the mean difference from the best recipe, over the parts; 0 of the best itself.</param>
public sealed record RecipeScore(Recipe Recipe, IReadOnlyList<EvaluationReport> Reports, double Mean, double StandardErrorOfDifference)
{
    /// <inheritdoc/>
    public override string ToString() => Brief.Of(
        nameof(RecipeScore),
        (nameof(Recipe), Recipe.Name),
        (nameof(Mean), Mean),
        (nameof(StandardErrorOfDifference), StandardErrorOfDifference),
        (nameof(Reports), Reports));
}
