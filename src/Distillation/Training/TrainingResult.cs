using System.Collections.Immutable;

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

    /// <summary>
    /// Gets the report of the best validation by <see cref="TrainerOptions.BestBy"/>, or by the metric of <see cref="TrainerOptions.EarlyStopping"/>, whose
    /// weights the student has.
    /// </summary>
    /// <value><see langword="null"/> where neither is set, or no validation was made.</value>
    public TrainingProgress? Best { get; init; }

    /// <summary>Gets the comparison with the same student trained alone.</summary>
    /// <value><see langword="null"/> where <see cref="TrainerOptions.Baseline"/> is not set.</value>
    public BaselineComparison? Baseline { get; init; }

    /// <summary>Gets the duration of the run, those before a checkpoint included.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>
    /// Gets the settings of the run in words, by name: options, losses, optimizers and models, the seed, and what its bits depend on besides, such as the
    /// versions of the libraries. The digest of the teacher's weights is among them where the run has checkpoints or ranks.
    /// </summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Describes the end of the run, its last and its best report, and the comparison with the student alone.</summary>
    /// <returns>Several lines, with 4 significant digits.</returns>
    public string Describe() => string.Join(
        Environment.NewLine,
        [
            $"{Status} at step {Position.Step} of {Position.TotalSteps} after {Brief.Of(Elapsed)}",
            .. History.Count == 0 ? Array.Empty<string>() : [History[^1].Describe()],
            .. Best is null ? Array.Empty<string>() : [$"Best: epoch {Best.Position.Epoch}, {Best.Validation}"],
            .. Baseline is null ? Array.Empty<string>() : [Baseline.Describe()],
        ]);

    /// <inheritdoc/>
    public override string ToString() => Brief.Of(
        nameof(TrainingResult),
        (nameof(Status), Status),
        (nameof(Position), Position),
        (nameof(History), History),
        (nameof(Best), Best),
        (nameof(Elapsed), Elapsed));
}
