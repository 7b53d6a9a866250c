namespace Distillation;

/// <summary>The exception of a run that its token canceled. The students keep their weights, and <see cref="Result"/> has the reports until then.</summary>
#pragma warning disable CA1032 // A run throws it, with its result.
public sealed class TrainingCanceledException : OperationCanceledException
#pragma warning restore CA1032
{
    internal TrainingCanceledException(TrainingResult result, CancellationToken token)
        : base($"The run was canceled after {result.Position.Step} of {result.Position.TotalSteps} updates. The students keep their weights.", token) =>
            Result = result;

    /// <summary>Gets the result of the run until it was canceled.</summary>
    public TrainingResult Result { get; }
}
