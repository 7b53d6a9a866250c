namespace Distillation.SmallData;

/// <summary>The outputs of all candidates for one held-out part.</summary>
internal sealed record SearchPart
{
    /// <summary>Gets the number of the round.</summary>
    public required int Round { get; init; }

    /// <summary>Gets the numbers of the samples that were held out.</summary>
    public required IReadOnlyList<long> HeldOut { get; init; }

    /// <summary>
    /// Gets for each candidate its logits for these samples, [N, C] in one array; <see langword="null"/> where it has no labels to learn from.
    /// </summary>
    public required IReadOnlyList<double[]?> Logits { get; init; }
}
