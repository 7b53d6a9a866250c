namespace Distillation;

/// <summary>The end of a run.</summary>
public enum TrainingStatus
{
    /// <summary>The run made all its updates.</summary>
    Completed,

    /// <summary>Validation did not improve for as long as <see cref="EarlyStopping"/> allows.</summary>
    StoppedEarly,

    /// <summary>The token canceled the run: <see cref="TrainingCanceledException.Result"/> has this status.</summary>
    Canceled,

    /// <summary>The system asked the process to end, and <see cref="CheckpointOptions.OnTermination"/> ended the run after a last checkpoint.</summary>
    Terminated,
}
