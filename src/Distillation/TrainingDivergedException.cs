namespace Distillation;

/// <summary>A loss became infinite or not a number.</summary>
public sealed class TrainingDivergedException : Exception
{
    /// <summary>Makes the exception.</summary>
    public TrainingDivergedException()
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened.</param>
    public TrainingDivergedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">What caused it.</param>
    public TrainingDivergedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal TrainingDivergedException(string term, double value, TrainingPosition position)
        : base(FormattableString.Invariant($"The loss '{term}' is {value}: it diverged before the end of epoch {position.Epoch}, step {position.Step}. ")
            + "Lower the learning rate, warm it up, or clip the gradient (UpdateOptions.ClipNorm); and look for infinities in the data and in the teacher's logits.")
    {
        Term = term;
        Position = position;
    }

    /// <summary>Gets the terms of the loss that are not finite, separated by commas.</summary>
    public string? Term { get; }

    /// <summary>Gets where it was noticed: at a report, which is up to <see cref="TrainerOptions.ReportEvery"/> steps or an epoch later than it happened.</summary>
    public TrainingPosition Position { get; }
}
