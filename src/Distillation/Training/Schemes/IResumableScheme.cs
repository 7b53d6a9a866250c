namespace Distillation.Training;

/// <summary>An <see cref="ITrainingScheme"/> whose runs depend on more than teacher, learners, data and options: checkpoints store and compare it.</summary>
public interface IResumableScheme
{
    /// <summary>Gets what the run depends on besides teacher, learners, data and options, as texts by name. A checkpoint with other texts is refused.</summary>
    IReadOnlyDictionary<string, string> Identity { get; }

    /// <summary>
    /// Receives the batches before the checkpoint from which a run continues, for what the scheme keeps of batches besides its learners, such as a cache that
    /// is filled on the way. The loop calls it in the order of the run, without gradients, for each micro-batch of an update; where updates are split, it also
    /// calls it for those of the first update before <see cref="ITrainingScheme.Prepare"/>.
    /// </summary>
    /// <param name="batch">The samples.</param>
    /// <returns>Whether the scheme needs the next batch.</returns>
    bool Replay(Batch batch);
}
