using System.Collections.Immutable;

namespace Distillation.Training;

/// <summary>One run of a <see cref="StageSequence"/>.</summary>
internal sealed record StageRun
{
    public required string Name { get; init; }

    /// <summary>Gets the teacher; <see langword="null"/> where there is none, or where <see cref="CreateTeacher"/> creates it.</summary>
    public ITeacher? Teacher { get; init; }

    /// <summary>Gets what creates the teacher when the stage begins, of what stages before it have trained; the sequence disposes it.</summary>
    public Func<ITeacher>? CreateTeacher { get; init; }

    public required IStudent Student { get; init; }

    public required IDistillationLoss Loss { get; init; }

    public required TrainerOptions Options { get; init; }

    /// <summary>Gets the training data; <see langword="null"/> for that of the sequence.</summary>
    public IDataSource? Train { get; init; }

    /// <summary>Gets what chooses the samples of the stage, by its teacher, when it begins; <see langword="null"/> for all of the training data.</summary>
    public PseudoLabelChoice? Choice { get; init; }

    /// <summary>Gets patterns of the parameters that are trained; none for those that require a gradient.</summary>
    public IReadOnlyList<string> Trained { get; init; } = [];

    /// <summary>Gets patterns of the parameters that are not trained.</summary>
    public IReadOnlyList<string> Frozen { get; init; } = [];

    /// <summary>Gets what the student sees in place of a batch; <see langword="null"/> for the batch.</summary>
    public Func<Batch, ModelOutput, TrainingPosition, Batch>? StudentBatch { get; init; }

    /// <summary>Gets what a checkpoint compares besides, by name.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Creates what computes the gradients of the stage.</summary>
    /// <param name="teacher">The teacher; the caller disposes it.</param>
    /// <param name="identity">What the run depends on besides, by name.</param>
    public ITrainingScheme CreateScheme(ITeacher? teacher, IReadOnlyDictionary<string, string> identity) =>
        new DistillationScheme(teacher, new Learner(Student, Loss)) { Identity = identity, StudentBatch = StudentBatch };
}
