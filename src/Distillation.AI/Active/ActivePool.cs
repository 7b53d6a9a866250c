namespace Distillation.AI;

/// <summary>The texts among which an <see cref="ActiveSelector"/> chooses, by what is known of them; a text is known by its number, from 0.</summary>
public sealed record ActivePool
{
    /// <summary>Gets the number of texts, N.</summary>
    /// <value>Positive.</value>
    public required int Count { get; init => field = Require.Positive(value); }

    /// <summary>Gets the student's probabilities for each text, [N, C].</summary>
    /// <value>
    /// The default value is <see langword="null"/>: not known. <see cref="ActiveStrategy.Entropy"/> and <see cref="ActiveStrategy.Margin"/> need them.
    /// </value>
    public IReadOnlyList<IReadOnlyList<double>>? Probabilities { get; init; }

    /// <summary>
    /// Gets the probabilities of several models for each text, each [N, C]: such as students of different seeds, or student and embedding teacher.
    /// </summary>
    /// <value>
    /// The default value is <see langword="null"/>: not known. <see cref="ActiveStrategy.VoteEntropy"/> and <see cref="ActiveStrategy.Disagreement"/> need at
    /// least two.
    /// </value>
    public IReadOnlyList<IReadOnlyList<IReadOnlyList<double>>>? Committee { get; init; }

    /// <summary>Gets the embedding of each text, all of one length.</summary>
    /// <value>The default value is <see langword="null"/>: not known. Choices by distance need them.</value>
    public IReadOnlyList<float[]>? Embeddings { get; init; }

    /// <summary>Gets the numbers of the texts that are labeled already: they are not chosen, and choices by distance keep away from them.</summary>
    /// <value>The default value is empty.</value>
    public IReadOnlyList<int> Labeled { get; init => field = [.. Require.Present(value)]; } = [];
}
