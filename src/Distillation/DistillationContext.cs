namespace Distillation;

/// <summary>All that a loss may know: what student and teacher said of a batch, the batch, and where the run is.</summary>
public sealed class DistillationContext
{
    private readonly ModelOutput? _teacher;

    /// <summary>Puts together what a loss may know.</summary>
    /// <param name="student">What the student said, attached to its graph.</param>
    /// <param name="teacher">What the teacher said, constants; nothing in a run on labels alone.</param>
    /// <param name="batch">The samples.</param>
    /// <param name="position">Where the run is.</param>
    public DistillationContext(ModelOutput student, ModelOutput? teacher, Batch batch, TrainingPosition position = default)
    {
        Student = Require.Present(student);
        _teacher = teacher;
        Batch = Require.Present(batch);
        Position = position;
    }

    /// <summary>Gets what the student said, attached to its graph.</summary>
    public ModelOutput Student { get; }

    /// <summary>Gets what the teacher said: constants.</summary>
    /// <exception cref="InvalidOperationException">The run has no teacher.</exception>
    public ModelOutput Teacher =>
        _teacher ?? throw new InvalidOperationException(
            "The loss needs a teacher, and the run has none. Give the trainer a teacher, or use a loss that learns from the labels alone.");

    /// <summary>Gets whether the run has a teacher.</summary>
    public bool HasTeacher => _teacher is not null;

    /// <summary>Gets the samples.</summary>
    public Batch Batch { get; }

    /// <summary>Gets where the run is.</summary>
    public TrainingPosition Position { get; }

    /// <summary>Gets or sets who takes the values of single terms for the reports.</summary>
    internal Training.LossMeter? Meter { get; set; }

    /// <summary>Gives the same context with other outputs: for a loss that changes what another loss sees.</summary>
    /// <param name="student">What the student is taken to have said.</param>
    /// <param name="teacher">What the teacher is taken to have said, or nothing.</param>
    /// <returns>The context.</returns>
    public DistillationContext With(ModelOutput student, ModelOutput? teacher) => new(student, teacher, Batch, Position) { Meter = Meter };
}
