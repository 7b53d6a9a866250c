namespace Distillation;

/// <summary>
/// A loss, a gradient, the weights or the buffers became infinite or not a number. The students have the last good weights again: see
/// <see cref="NonFinitePolicy"/>.
/// </summary>
public sealed class TrainingDivergedException : Exception
{
    /// <summary>Creates the exception.</summary>
    public TrainingDivergedException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened.</param>
    public TrainingDivergedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">What caused it.</param>
    public TrainingDivergedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal TrainingDivergedException(string what, string term, TrainingPosition position, IReadOnlyList<long>? samples)
        : base(
            FormattableString.Invariant($"{what} after {position.Epoch} epochs and {position.Step} updates{In(samples)}. The last good weights are restored. ")
                + "Lower the learning rate, warm it up, or clip the gradient (UpdateOptions.ClipNorm); "
                + "and look for infinities in the data and in the teacher's logits.")
    {
        Term = term;
        Position = position;
        Samples = samples;
    }

    /// <summary>
    /// Gets the terms of the loss that are not finite, separated by commas; or <c>gradient</c>, <c>weights</c> or <c>buffers</c> (statistics of normalization),
    /// where the losses are finite.
    /// </summary>
    public string? Term { get; }

    /// <summary>
    /// Gets where it was noticed: before the update that would have followed; or at a report or the end of an epoch, up to
    /// <see cref="TrainerOptions.ReportEverySteps"/> steps or an epoch later than it happened.
    /// </summary>
    public TrainingPosition Position { get; }

    /// <summary>Gets the numbers of the samples in the batch at which it was noticed.</summary>
    /// <value><see langword="null"/> where it was noticed at a report or the end of an epoch.</value>
    public IReadOnlyList<long>? Samples { get; }

    private static string In(IReadOnlyList<long>? samples)
    {
        const int Shown = 8;
        return samples is null ? "" : $", in the batch of samples {string.Join(", ", samples.Take(Shown))}{(samples.Count > Shown ? ", …" : "")}";
    }
}
