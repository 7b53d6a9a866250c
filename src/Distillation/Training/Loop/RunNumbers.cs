namespace Distillation.Training;

/// <summary>All numbers of a run that a checkpoint keeps.</summary>
internal sealed record RunNumbers
{
    public required TrainingPosition Position { get; init; }

    public required IReadOnlyList<TrainingProgress> History { get; init; }

    public required TrainingProgress? Best { get; init; }

    /// <summary>Gets the best value of early stopping's metric so far.</summary>
    public required double? BestWatched { get; init; }

    /// <summary>Gets the number of validations since the best one.</summary>
    public required int Waited { get; init; }

    public required bool HasSeenEnough { get; init; }

    public required NonFiniteCounters Guarded { get; init; }

    public required TimeSpan Elapsed { get; init; }

    public required IReadOnlyList<LearnerNumbers> Learners { get; init; }

    /// <summary>Validates the numbers.</summary>
    /// <param name="path">The file they were read from.</param>
    /// <param name="begin">The position at which the run begins.</param>
    /// <param name="learners">The number of learners.</param>
    /// <param name="mayProlong">Whether the checkpoint may be of a shorter run.</param>
    /// <exception cref="InvalidDataException">No such run has these numbers.</exception>
    public void Check(string path, TrainingPosition begin, int learners, bool mayProlong)
    {
        if (mayProlong && Position.TotalSteps > 0 && Position.TotalSteps < begin.TotalSteps)
        {
            begin = begin with { TotalSteps = Position.TotalSteps };
        }

        bool isOver = Position.Step == begin.TotalSteps;
        bool isWithin = Position.Step >= 0 && Position.Step <= begin.TotalSteps;
        Require(isWithin && Position == begin with { Step = Position.Step, Epoch = Position.Epoch }, nameof(Position), Position);

        // A run is saved between two updates, never between an update and the end of its epoch.
        long epochs = (Position.Step / begin.StepsPerEpoch) + (isOver && Position.Step % begin.StepsPerEpoch > 0 ? 1 : 0);
        Require(Position.Epoch == epochs, nameof(Position), Position);
        bool isWhole = (History.Count == epochs || History.Count == epochs - 1) && History.All(report => report is not null);
        Require(isWhole, nameof(History), $"{History.Count} reports");
        Require(Best is not { Validation: null }, nameof(Best), "none with a validation");
        Require(Waited >= 0, nameof(Waited), Waited);
        Require(Elapsed >= TimeSpan.Zero && Elapsed < TimeSpan.MaxValue / 2, nameof(Elapsed), Elapsed);
        Require(Learners.Count == learners && Learners.All(learner => learner is not null), nameof(Learners), $"{Learners.Count} learners");

        void Require(bool right, string name, object value)
        {
            if (!right)
            {
                throw new InvalidDataException(
                    $"'{path}' must have the {name} of a run of {begin.TotalSteps} updates, {begin.StepsPerEpoch} an epoch, "
                    + $"with {learners} learners, but has {value}.");
            }
        }
    }
}
