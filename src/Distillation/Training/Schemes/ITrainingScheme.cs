using System.Collections.Immutable;

namespace Distillation.Training;

/// <summary>One way of learning: what happens with a batch. A new scheme is a new step; the loop stays as it is.</summary>
public interface ITrainingScheme : IDisposable
{
    /// <summary>Gets who learns. The first is the one that is validated, kept and reported first.</summary>
    IReadOnlyList<Learner> Learners { get; }

    /// <summary>Gets what the run depends on besides learners, data and options, in words by name: a checkpoint of a run with other words is refused.</summary>
    /// <value>The default value is nothing.</value>
    IReadOnlyDictionary<string, string> Identity => ImmutableDictionary<string, string>.Empty;

    /// <summary>Gets the frozen model that the learners learn from, if there is one: the loop measures it on the validation data before training.</summary>
    /// <value>The default value is <see langword="null"/>.</value>
    ITeacher? Teacher => null;

    /// <summary>Sees the first batch before the run, without gradients, in evaluation mode; prepares each learner.</summary>
    /// <param name="sample">The first batch.</param>
    void Prepare(Batch sample);

    /// <summary>Adds the gradients of a batch. Called once for each piece of an update.</summary>
    /// <param name="batch">The samples; a micro-batch has the batch of the update as its <see cref="Batch.Whole"/>.</param>
    /// <param name="position">Where the run is.</param>
    void AccumulateGradients(Batch batch, TrainingPosition position);

    /// <summary>
    /// Sees a batch that the run had before, when it goes on from a checkpoint: for what a step remembers of batches besides its learners. Called in the order
    /// of the run, without gradients, for each piece of an update; and, where updates are in pieces, for those of the first before <see cref="Prepare"/>.
    /// </summary>
    /// <param name="batch">The samples.</param>
    /// <returns>Whether the step wants the next one. The default is <see langword="false"/>.</returns>
    bool Replay(Batch batch) => false;

    /// <summary>Lets the learners follow their gradients.</summary>
    /// <param name="position">Where the run is.</param>
    void Update(TrainingPosition position)
    {
        foreach (Learner learner in Learners)
        {
            learner.Update(position);
        }
    }
}
