namespace Distillation;

/// <summary>The result of a run.</summary>
public sealed record TrainingResult
{
    /// <summary>Gets the end of the run.</summary>
    public required TrainingStatus Status { get; init; }

    /// <summary>Gets the position at which the run ended.</summary>
    public required TrainingPosition Position { get; init; }

    /// <summary>Gets the report of each epoch, in order.</summary>
    public required IReadOnlyList<TrainingProgress> History { get; init; }

    /// <summary>Gets the report of the best validation by <see cref="TrainerOptions.BestBy"/>, whose weights the student has.</summary>
    /// <value><see langword="null"/> where the option is not set, or no validation was made.</value>
    public TrainingProgress? Best { get; init; }

    /// <summary>Gets the duration of the run, those before a checkpoint included.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Brief.Of(
        nameof(TrainingResult),
        (nameof(Status), Status),
        (nameof(Position), Position),
        (nameof(History), History),
        (nameof(Best), Best),
        (nameof(Elapsed), Elapsed));
}
