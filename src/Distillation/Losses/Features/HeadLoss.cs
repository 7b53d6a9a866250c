using Distillation.Data;

namespace Distillation.Losses;

/// <summary>A loss of another head than the one whose outputs are the logits: a task of a student that has several.</summary>
/// <remarks>
/// <para>
/// The wrapped loss sees the outputs of the student's layer in place of its logits, those of the teacher's layer, or its logits, in place of the teacher's, and
/// one column of the labels: <c>new HardLabelLoss() + (0.5 * new HeadLoss(new HardLabelLoss(), "color") { LabelColumn = 1 })</c>. A head is a layer of the
/// network that <c>forward</c> runs, also where nothing else reads its outputs.
/// </para>
/// <para>
/// Where each task has a teacher of its own, <see cref="Models.TaskTeacher"/> makes one of them. <c>student.AsTeacher().WithLogitsOf("color")</c> evaluates a
/// head.
/// </para>
/// </remarks>
public sealed class HeadLoss : DelegatingLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="inner">The loss that sees the head.</param>
    /// <param name="student">The student's layer with the outputs of the head, [N, K], [N, T, K] or [N, K, H, W].</param>
    /// <param name="teacher">The teacher's layer that they are compared with; the teacher's logits if not given.</param>
    public HeadLoss(IDistillationLoss inner, Feature student, Feature? teacher = null)
        : base(inner)
    {
        StudentLayer = student;
        TeacherLayer = teacher;
        Features = inner.Features | new RequiredFeatures(FeatureSet.Of(student), teacher is { } layer ? FeatureSet.Of(layer) : FeatureSet.None);
    }

    /// <summary>Gets the student's layer with the outputs of the head.</summary>
    public Feature StudentLayer { get; }

    /// <summary>Gets the teacher's layer; <see langword="null"/> for the teacher's logits.</summary>
    public Feature? TeacherLayer { get; }

    /// <summary>Gets which column of labels [N, L], or [N, T, L] of sequences, the wrapped loss sees as labels [N] or [N, T].</summary>
    /// <value>In [0, L); <see langword="null"/>, the default value, for the labels as they are.</value>
    public int? LabelColumn { get; init => field = value is { } column ? Require.NotNegative(column, nameof(LabelColumn)) : null; }

    /// <inheritdoc/>
    public override RequiredFeatures Features { get; }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() =>
        [.. base.Describe(), (nameof(StudentLayer), StudentLayer), (nameof(TeacherLayer), TeacherLayer), (nameof(LabelColumn), LabelColumn)];

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The labels have no such column.</exception>
    public override Tensor Compute(DistillationContext context) => Inner.Compute(OfHead(Require.Present(context)));

    /// <inheritdoc/>
    public override Tensor? GetWeight(Batch batch, ModelOutput student) =>
        Inner.GetWeight(Labeled(Require.Present(batch)), Require.Present(student).WithLogits(student[StudentLayer]));

    /// <inheritdoc/>
    /// <returns><see langword="null"/>: what a loss of a head replaces is not what the student predicts.</returns>
    public override ITeacher? CreatePredictor(IStudent student) => null;

    /// <inheritdoc/>
    public override void Prepare(DistillationContext sample) => Inner.Prepare(OfHead(Require.Present(sample)));

    private DistillationContext OfHead(DistillationContext context)
    {
        ModelOutput? teacher = context.HasTeacher ? context.Teacher : null;
        return new(
            context.Student.WithLogits(context.Student[StudentLayer]),
            TeacherLayer is { } layer ? context.Teacher.WithLogits(context.Teacher[layer]) : teacher,
            Labeled(context.Batch),
            context.Position);
    }

    private Batch Labeled(Batch batch)
    {
        if (LabelColumn is not { } column)
        {
            return batch;
        }

        Batch labeled = batch.With(labels: LabelColumnSource.Select(batch.RequireLabels(), column));
        labeled.Whole = batch.Whole is { } whole ? Labeled(whole) : null;
        return labeled;
    }
}
