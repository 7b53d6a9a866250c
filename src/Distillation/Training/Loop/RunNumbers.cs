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

    public required NonFiniteCounters Guarded { get; init; }

    public required TimeSpan Elapsed { get; init; }

    public required IReadOnlyList<LearnerNumbers> Learners { get; init; }

    /// <summary>Makes sure that the numbers can be those of a run.</summary>
    /// <param name="path">Where they were read.</param>
    /// <param name="begin">Where the run begins.</param>
    /// <param name="learners">How many learn in it.</param>
    /// <exception cref="InvalidDataException">They cannot.</exception>
    public void Check(string path, TrainingPosition begin, int learners)
    {
        bool isOver = Position.Step == begin.TotalSteps;
        Require(
            Position.Step >= 0 && Position.Step <= begin.TotalSteps && Position == begin with { Step = Position.Step, Epoch = Position.Epoch },
            nameof(Position),
            Position);

        // A run is saved between two updates, never between an update and the end of its epoch.
        long epochs = (Position.Step / begin.StepsPerEpoch) + (isOver && Position.Step % begin.StepsPerEpoch > 0 ? 1 : 0);
        Require(Position.Epoch == epochs, nameof(Position), Position);
        Require(
            (History.Count == epochs || History.Count == epochs - 1) && History.All(report => report is not null), nameof(History), $"{History.Count} reports");
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
