namespace Distillation;

/// <summary>
/// Where a run saves what it needs to go on, and when. A run that finds a checkpoint of its own there goes on from it: the same run, to the last bit.
/// </summary>
/// <remarks>
/// <para>
/// Saved are the weights of student and loss, the state of the optimizer and of the moving average, the best weights so far, the history, the generator of
/// random numbers and the place in the epoch. On the same kind of processor, with the same number of threads and versions of the libraries, a run that was
/// killed anywhere ends with the same bits as one that was not, provided that data and teacher output the same again.
/// </para>
/// <para>
/// A checkpoint is a directory <c>step-N</c> with the learner's weights, <c>student.safetensors</c>, which other programs can read, and what else the run
/// needs. It is written aside by a thread of its own, and named when it is whole: a kill while it is written costs this checkpoint alone. Files are flushed to
/// the disk once a second at most, and as the run ends: a power cut may cost the checkpoints since. A directory serves one run: another model, loss, teacher or
/// option is refused, and so is a second process.
/// </para>
/// <para>
/// Losses, connectors, schedules and optimizers list the settings by which they are compared in <see cref="ISelfDescribing.Describe"/>. One of your own is
/// compared by its type alone where it does not.
/// </para>
/// </remarks>
/// <param name="Directory">Where the checkpoints are; it is made if it is not there.</param>
public sealed record CheckpointOptions(string Directory)
{
    /// <summary>Gets where the checkpoints are.</summary>
    /// <value>Not empty.</value>
    public string Directory { get; init => field = Require.Text(value); } = Require.Text(Directory);

    /// <summary>Gets how many updates lie between two checkpoints.</summary>
    /// <value>Positive, or <see langword="null"/>: they are not counted. The default value is <see langword="null"/>.</value>
    public long? EverySteps { get; init => field = value is { } steps ? Require.Positive(steps) : null; }

    /// <summary>Gets how much time lies between two checkpoints, to the end of the update.</summary>
    /// <value>Positive, or <see langword="null"/>: no clock is watched. The default value is five minutes.</value>
    public TimeSpan? EveryInterval
    {
        get;
        init => field = value is { } time ? TimeSpan.FromTicks(Require.Positive(time.Ticks)) : null;
    } = TimeSpan.FromMinutes(5);

    /// <summary>Gets whether each epoch ends with a checkpoint. The run always does, and a run that is canceled too.</summary>
    /// <value>The default value is <see langword="true"/>.</value>
    public bool AtEpochEnds { get; init; } = true;

    /// <summary>
    /// Gets whether the run ends, after a last checkpoint, when the system asks the process to end (SIGTERM). The process then does not end by itself:
    /// the application gets a result with <see cref="TrainingStatus.Terminated"/>.
    /// </summary>
    /// <value>The default value is <see langword="true"/>.</value>
    public bool OnTermination { get; init; } = true;

    /// <summary>
    /// Gets whether the run may be longer than that of the checkpoints, so that more <see cref="TrainerOptions.Epochs"/> or
    /// <see cref="TrainerOptions.Steps"/> prolong a run that has ended.
    /// </summary>
    /// <value>The default is <see langword="false"/>: a checkpoint of a run of another length is refused.</value>
    /// <remarks>
    /// Schedules that depend on the length of the run follow the new one from there on. With others, such as a constant rate, the prolonged run ends with the
    /// bits of one of its length. Where the checkpoint's run ended within an epoch, the report of that epoch has the mean losses of its other batches.
    /// </remarks>
    public bool AllowProlonging { get; init; }

    /// <summary>Gets how many checkpoints are kept: the newest. Each has the best weights so far too.</summary>
    /// <value>
    /// Positive. The default value is 3. An older one is deleted when a newer one is whole; the last that was flushed stays until another one is.
    /// </value>
    public int Keep { get; init => field = Require.Positive(value); } = 3;

    /// <summary>Gets how much time lies between two flushes to the disk at least, so that checkpoints in quick succession do not each wait for it.</summary>
    internal TimeSpan FlushInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets what sees the path of each file of a checkpoint when it is written, before the checkpoint has its name.</summary>
    internal Action<string>? Written { get; init; }

    /// <summary>Gets what sees the path of each file and directory before it is flushed to the disk.</summary>
    internal Action<string>? Flushing { get; init; }
}
