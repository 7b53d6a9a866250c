namespace Distillation.Training;

/// <summary>Computes the gradients of a batch for one or more learners. <see cref="TrainingScheme"/> is the base class of most schemes.</summary>
public interface ITrainingScheme : IDisposable
{
    /// <summary>Gets the learners.</summary>
    /// <value>At least one.</value>
    IReadOnlyList<Learner> Learners { get; }

    /// <summary>Gets the learner that is validated, kept by <see cref="TrainerOptions.BestBy"/>, and whose loss and learning rate are reported.</summary>
    /// <value>One of <see cref="Learners"/>.</value>
    Learner Validated { get; }

    /// <summary>
    /// Gets the frozen teacher, if there is one: the loop measures it on the validation data before training, and checkpoints store its fingerprint.
    /// </summary>
    /// <value>The default is <see langword="null"/>.</value>
    ITeacher? Teacher => null;

    /// <summary>Prepares each learner on the first batch, before the run. Gradients are disabled, and modules are in evaluation mode.</summary>
    /// <param name="sample">The first batch.</param>
    void Prepare(Batch sample);

    /// <summary>Adds the gradients of a batch. The loop calls it once for each micro-batch of an update.</summary>
    /// <param name="batch">The samples; a micro-batch has the batch of the update as its <see cref="Batch.Whole"/>.</param>
    /// <param name="position">The position in the run.</param>
    void AccumulateGradients(Batch batch, TrainingPosition position);

    /// <summary>Updates the learners by their gradients.</summary>
    /// <param name="position">The position in the run.</param>
    void Update(TrainingPosition position)
    {
        foreach (Learner learner in Learners)
        {
            learner.Update(position);
        }
    }
}
