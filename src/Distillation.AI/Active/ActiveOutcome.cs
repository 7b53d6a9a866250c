namespace Distillation.AI;

/// <summary>What a student has reached in a round, and its predictions for the next choice.</summary>
public sealed record ActiveOutcome
{
    /// <summary>Gets the quality on held-out texts, such as the accuracy: higher is better.</summary>
    /// <value>Finite.</value>
    public required double Quality { get; init => field = Require.Finite(value); }

    /// <summary>Gets the student's probabilities for each text of the pool, [N, C], for the next choice.</summary>
    /// <value>The default value is <see langword="null"/>: those of the pool stay.</value>
    public IReadOnlyList<IReadOnlyList<double>>? Probabilities { get; init; }

    /// <summary>Gets the probabilities of several models for each text of the pool, for the next choice.</summary>
    /// <value>The default value is <see langword="null"/>: those of the pool stay.</value>
    public IReadOnlyList<IReadOnlyList<IReadOnlyList<double>>>? Committee { get; init; }
}
