namespace Distillation.AI;

/// <summary>A round of active labeling: what a student is trained on.</summary>
public sealed record ActiveRound
{
    /// <summary>Gets the numbers of all texts that are labeled so far, in the order in which they were chosen.</summary>
    public required IReadOnlyList<int> Labeled { get; init; }

    /// <summary>Gets the number of the round; 0 is that of the first labels.</summary>
    public required int Round { get; init; }

    /// <summary>Gets the seed.</summary>
    public required int Seed { get; init; }
}
