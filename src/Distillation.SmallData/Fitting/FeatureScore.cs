namespace Distillation.SmallData;

/// <summary>How well parts of a <see cref="FeatureExtractor"/> predict labels that were left out.</summary>
public sealed record FeatureScore
{
    /// <summary>Gets the parts.</summary>
    public required IReadOnlyList<FeaturePart> Parts { get; init; }

    /// <summary>Gets the mean negative log-likelihood of the labels by calibrated leave-one-out scores, in nats.</summary>
    public required double NegativeLogLikelihood { get; init; }

    /// <summary>Returns the score as text.</summary>
    /// <returns>The likelihood and the parts, in one line.</returns>
    public string Describe() => $"{Brief.Of(NegativeLogLikelihood)}  {string.Join(" + ", Parts.Select(part => part.Name))}";

    /// <inheritdoc/>
    public override string ToString() => Describe();
}
