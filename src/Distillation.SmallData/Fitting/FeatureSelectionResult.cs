namespace Distillation.SmallData;

/// <summary>Which parts a <see cref="FeatureSelection"/> has chosen, and what it has compared.</summary>
public sealed record FeatureSelectionResult
{
    /// <summary>Gets the score of each candidate alone, in the order of the candidates.</summary>
    public required IReadOnlyList<FeatureScore> Singles { get; init; }

    /// <summary>Gets the score after each part that was added, the best single one first.</summary>
    public required IReadOnlyList<FeatureScore> Steps { get; init; }

    /// <summary>Gets the chosen parts.</summary>
    public IReadOnlyList<FeaturePart> Chosen => Steps[^1].Parts;

    /// <summary>Returns the result as text.</summary>
    /// <returns>The candidates from the best on, and the steps.</returns>
    public string Describe() => string.Join(
        Environment.NewLine,
        [
            "negative log-likelihood of left-out labels, each candidate alone:",
            .. Singles.OrderBy(score => score.NegativeLogLikelihood).Select(score => $"  {score.Describe()}"),
            "chosen, one after the other:",
            .. Steps.Select(score => $"  {score.Describe()}"),
        ]);

    /// <inheritdoc/>
    public override string ToString() => Describe();
}
