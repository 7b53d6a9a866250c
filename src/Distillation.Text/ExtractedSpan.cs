namespace Distillation.Text;

/// <summary>A span that was found in a text.</summary>
public sealed record ExtractedSpan
{
    /// <summary>Gets its place in the text, and its label.</summary>
    public required TextSpan Span { get; init; }

    /// <summary>Gets the part of the text.</summary>
    public required string Text { get; init; }

    /// <summary>Gets the mean of the probabilities of the tags of its words, in [0, 1].</summary>
    public required double Probability { get; init; }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Span.Label}: {Text} ({Probability:P1})");
}
