namespace Distillation.Training;

/// <summary>A scheme in which each learner minimizes its loss on a context of each batch. A derived class creates the contexts.</summary>
/// <remarks>Learners are prepared, and their gradients computed, in the order of <see cref="Learners"/>.</remarks>
public abstract class TrainingScheme : ITrainingScheme
{
    /// <summary>Initializes the scheme.</summary>
    /// <param name="learners">The learners, with different names; the scheme disposes them.</param>
    /// <exception cref="ArgumentException">There is no learner, or two have the same name.</exception>
    protected TrainingScheme(params IEnumerable<Learner> learners)
    {
        Learners = [.. Require.Present(learners)];
        if (Learners.Count == 0)
        {
            throw new ArgumentException("A scheme must have at least one learner, but has none.", nameof(learners));
        }

        if (Learners.GroupBy(learner => Require.Present(learner, nameof(learners)).Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"Learners must have different names, but {twice.Count()} have the name '{twice.Key}'.", nameof(learners));
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<Learner> Learners { get; }

    /// <inheritdoc/>
    /// <value>The default is the first of <see cref="Learners"/>.</value>
    public virtual Learner Validated => Learners[0];

    /// <inheritdoc/>
    public virtual ITeacher? Teacher => null;

    /// <inheritdoc/>
    public virtual void Prepare(Batch sample)
    {
        foreach ((Learner learner, DistillationContext context) in Contexts(sample, default))
        {
            learner.Prepare(context);
        }
    }

    /// <inheritdoc/>
    public virtual void AccumulateGradients(Batch batch, TrainingPosition position)
    {
        foreach ((Learner learner, DistillationContext context) in Contexts(batch, position))
        {
            learner.AccumulateGradients(context);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Disposes the learners.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> calls it.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (Learner learner in Learners)
            {
                learner.Dispose();
            }
        }
    }

    /// <summary>
    /// Runs the models on a batch, most often with <see cref="Learner.Forward"/>, and pairs each student's output with the output that it learns from.
    /// </summary>
    /// <param name="batch">The samples.</param>
    /// <param name="position">The position in the run.</param>
    /// <returns>A context for each learner, in the order of <see cref="Learners"/>.</returns>
    protected abstract IReadOnlyList<DistillationContext> CreateContexts(Batch batch, TrainingPosition position);

    private IEnumerable<(Learner Learner, DistillationContext Context)> Contexts(Batch batch, TrainingPosition position)
    {
        IReadOnlyList<DistillationContext> contexts = CreateContexts(batch, position);
        return contexts.Count == Learners.Count
            ? Learners.Zip(contexts)
            : throw new InvalidOperationException(
                $"{GetType().Name}.{nameof(CreateContexts)} must return a context for each of {Learners.Count} learners, but returned {contexts.Count}.");
    }
}
