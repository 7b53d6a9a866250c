namespace Distillation.Training;

/// <summary>All numbers of a run that a checkpoint keeps.</summary>
internal sealed record RunNumbers
{
    public required TrainingPosition Position { get; init; }

    public required IReadOnlyList<TrainingProgress> History { get; init; }

    public required TrainingProgress? Best { get; init; }

    /// <summary>Gets the best value that early stopping has seen, and for how many validations it has stood.</summary>
    public required double? BestWatched { get; init; }

    public required int Waited { get; init; }

    public required bool HasSeenEnough { get; init; }

    public required GuardNumbers Guarded { get; init; }

    public required TimeSpan Elapsed { get; init; }

    public required IReadOnlyList<LearnerNumbers> Learners { get; init; }
}
