namespace Distillation;

/// <summary>How a run ended.</summary>
public enum TrainingStatus
{
    /// <summary>It made all its steps.</summary>
    Completed,

    /// <summary>Validation did not improve for as long as <see cref="EarlyStopping"/> allows.</summary>
    StoppedEarly,

    /// <summary>It was canceled; the student keeps what it has learned.</summary>
    Canceled,
}
