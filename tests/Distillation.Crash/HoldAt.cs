namespace Distillation.Crash;

/// <summary>Where a program that trains stands still, so that it can be killed there.</summary>
internal enum HoldAt
{
    /// <summary>Nowhere.</summary>
    Nowhere,

    /// <summary>Before the run, which has not looked for a checkpoint.</summary>
    Start,

    /// <summary>Where a file of a checkpoint is written, and the checkpoint has no name yet.</summary>
    FileWritten,

    /// <summary>Where the run reports, between two updates.</summary>
    Report,

    /// <summary>Where a stage of several begins, after the one before it has ended.</summary>
    Stage,

    /// <summary>Where the run reports, until the system asks the process to end.</summary>
    Termination,
}
