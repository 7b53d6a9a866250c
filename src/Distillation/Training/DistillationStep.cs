namespace Distillation.Training;

/// <summary>A student learns from a frozen teacher, or without one from the labels alone.</summary>
/// <param name="teacher">Who is learned from, or <see langword="null"/>; it stays the caller's.</param>
/// <param name="learner">Who learns; the step disposes it.</param>
public sealed class DistillationStep(ITeacher? teacher, Learner learner) : ITrainingStep
{
    /// <inheritdoc/>
    public IReadOnlyList<Learner> Learners { get; } = [Require.Present(learner)];

    /// <summary>Gets the teacher's fingerprint.</summary>
    public IReadOnlyDictionary<string, string> Identity => new Dictionary<string, string> { ["teacher"] = teacher is null ? "none" : teacher.Fingerprint() ?? "without a fingerprint" };

    /// <inheritdoc/>
    public void Prepare(Batch sample) => learner.Prepare(See(sample, default));

    /// <inheritdoc/>
    public void Learn(Batch batch, TrainingPosition position) => learner.Learn(See(batch, position));

    /// <inheritdoc/>
    public void Dispose() => learner.Dispose();

    private DistillationContext See(Batch batch, TrainingPosition position) =>
        new(learner.Student.Forward(batch, learner.Loss.Features.Student), teacher?.Predict(batch, learner.Loss.Features.Teacher), batch, position);
}
