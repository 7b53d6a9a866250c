namespace Distillation;

/// <summary>A report of a run. It has numbers alone, and may be kept.</summary>
public sealed record TrainingProgress
{
    /// <summary>Gets where the run is.</summary>
    public required TrainingPosition Position { get; init; }

    /// <summary>
    /// Gets the mean loss a sample since the last report, not a number where every update since was skipped; with several learners, of the one that is
    /// validated.
    /// </summary>
    public required double Loss { get; init; }

    /// <summary>
    /// Gets the mean of each term since the last report, without its weight, by name; with several learners, each name has the learner's in front:
    /// <c>original/HardLabel</c>.
    /// </summary>
    public required IReadOnlyDictionary<string, double> Terms { get; init; }

    /// <summary>Gets the learning rate of the last update; with several learners, of the one that is validated.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Gets the L2 norm of the last update's gradient before clipping.</summary>
    /// <value><see langword="null"/> where <see cref="UpdateOptions.ClipNorm"/> is not set: it is not computed then.</value>
    public double? GradientNorm { get; init; }

    /// <summary>
    /// Gets how many updates of the run were not made because a loss or a gradient was not finite: see <see cref="TrainerOptions.NonFinite"/>.
    /// </summary>
    /// <value>Zero or positive.</value>
    public long Skipped { get; init; }

    /// <summary>Gets the training samples a second since the last report, validation left out.</summary>
    public required double SamplesPerSecond { get; init; }

    /// <summary>Gets the time since the run began.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Gets the time that the rest takes at the mean speed so far, validation included.</summary>
    public required TimeSpan Remaining { get; init; }

    /// <summary>Gets how the student does on the validation data.</summary>
    /// <value><see langword="null"/> where the report comes without a validation.</value>
    public EvaluationReport? Validation { get; init; }

    /// <summary>Describes where the run is, its loss and its validation.</summary>
    /// <returns>A line, and others for the terms of the loss and the validation, with 4 significant digits.</returns>
    public string Describe() => string.Join(
        Environment.NewLine,
        [
            $"Epoch {Position.Epoch}, step {Position.Step} of {Position.TotalSteps}: loss {Brief.Of(Loss)}, learning rate {Brief.Of(LearningRate)}, "
            + $"{Brief.Of(SamplesPerSecond)} samples a second, {Brief.Of(Remaining)} left",
            .. Terms.Count > 1 ? [$"  terms: {Brief.Named(Terms)}"] : Array.Empty<string>(),
            .. Skipped > 0 ? [$"  {Skipped} updates were skipped"] : Array.Empty<string>(),
            .. Validation is null ? Array.Empty<string>() : [$"  validation: {Validation}"],
        ]);

    /// <inheritdoc/>
    public override string ToString() => Brief.Of(
        nameof(TrainingProgress),
        (nameof(Position), Position),
        (nameof(Loss), Loss),
        (nameof(Terms), Terms),
        (nameof(LearningRate), LearningRate),
        (nameof(GradientNorm), GradientNorm),
        (nameof(Skipped), Skipped),
        (nameof(SamplesPerSecond), SamplesPerSecond),
        (nameof(Elapsed), Elapsed),
        (nameof(Remaining), Remaining),
        (nameof(Validation), Validation));
}
