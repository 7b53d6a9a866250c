namespace Distillation.Text;

/// <summary>What a classifier outputs for a text.</summary>
public sealed record TextPrediction
{
    /// <summary>Gets the label with the highest probability.</summary>
    public required string Label { get; init; }

    /// <summary>Gets the probability of <see cref="Label"/>, in [0, 1].</summary>
    public required double Probability { get; init; }

    /// <summary>Gets the probabilities of all labels, in the order of <see cref="ITextClassifier.Labels"/>.</summary>
    public required IReadOnlyList<double> Probabilities { get; init; }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Label} ({Probability:P1})");
}
