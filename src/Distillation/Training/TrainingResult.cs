namespace Distillation;

/// <summary>How a run went.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Position">Where it ended.</param>
/// <param name="History">The report of each epoch, in order.</param>
/// <param name="Best">
/// The best validation by <see cref="TrainerOptions.BestBy"/>, whose weights the student has; <see langword="null"/> where none was asked for or made.
/// </param>
/// <param name="Elapsed">How long it took.</param>
public sealed record TrainingResult(
    TrainingStatus Status, TrainingPosition Position, IReadOnlyList<TrainingProgress> History, TrainingProgress? Best, TimeSpan Elapsed)
{
    /// <inheritdoc/>
    public override string ToString() => Brief.Of(
        nameof(TrainingResult),
        (nameof(Status), Status),
        (nameof(Position), Position),
        (nameof(History), History),
        (nameof(Best), Best),
        (nameof(Elapsed), Elapsed));
}
