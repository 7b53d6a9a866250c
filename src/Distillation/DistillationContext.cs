namespace Distillation;

/// <summary>The input of a loss: the outputs of student and teacher for a batch, the batch, and the position in the run. It is immutable.</summary>
public sealed class DistillationContext
{
    private readonly ModelOutput? _teacher;

    /// <summary>Creates the input of a loss.</summary>
    /// <param name="student">The outputs of the student, attached to its graph.</param>
    /// <param name="teacher">The outputs of the teacher, constants; <see langword="null"/> in a run on labels alone.</param>
    /// <param name="batch">The samples.</param>
    /// <param name="position">The position in the run.</param>
    public DistillationContext(ModelOutput student, ModelOutput? teacher, Batch batch, TrainingPosition position = default)
    {
        Student = Require.Present(student);
        _teacher = teacher;
        Batch = Require.Present(batch);
        Position = position;
    }

    /// <summary>Gets the outputs of the student, attached to its graph.</summary>
    public ModelOutput Student { get; }

    /// <summary>Gets the outputs of the teacher: constants.</summary>
    /// <exception cref="InvalidOperationException">The run has no teacher.</exception>
    public ModelOutput Teacher =>
        _teacher ?? throw new InvalidOperationException(
            "The loss needs a teacher, and the run has none. Give the trainer a teacher, or use a loss that learns from the labels alone.");

    /// <summary>Gets whether the run has a teacher.</summary>
    public bool HasTeacher => _teacher is not null;

    /// <summary>Gets the samples.</summary>
    public Batch Batch { get; }

    /// <summary>Gets the position in the run.</summary>
    public TrainingPosition Position { get; }

    /// <summary>Creates a context of the same batch and position with other outputs, for a loss that changes the input of another one.</summary>
    /// <param name="student">The outputs of the student.</param>
    /// <param name="teacher">The outputs of the teacher, or <see langword="null"/>.</param>
    /// <returns>The context.</returns>
    public DistillationContext With(ModelOutput student, ModelOutput? teacher) => new(student, teacher, Batch, Position);
}
