using Distillation.Checkpoints;

namespace Distillation.Training;

/// <summary>Trains a student from the moving average of its own weights.</summary>
/// <param name="learner">The learner, whose update has an average; the scheme disposes it.</param>
/// <param name="noise">What changes the inputs, in another way for student and teacher; <see langword="null"/> for the same batch.</param>
/// <param name="seed">The seed of the noise.</param>
internal sealed class MeanTeacherScheme(Learner learner, ISampleTransform? noise, int seed) : TrainingScheme(learner), IResumableScheme
{
    private const int StudentView = 1;
    private const int TeacherView = 2;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Identity => new Dictionary<string, string> { ["noise"] = Description.Of(noise) };

    /// <inheritdoc/>
    public bool Replay(Batch batch) => false;

    /// <inheritdoc/>
    protected override IReadOnlyList<DistillationContext> CreateContexts(Batch batch, TrainingPosition position)
    {
        // The weights are exchanged in place, and so before the student's graph exists.
        ModelOutput taught = Teach(View(batch, position, TeacherView));
        Batch seen = View(batch, position, StudentView);
        return [new(learner.Forward(seen), taught, seen, position)];
    }

    private ModelOutput Teach(Batch batch)
    {
        using ITeacher teacher = learner.Student.AsTeacher();
        using IDisposable? averaged = learner.UseAverage();
        return ForwardPass.Run(teacher, batch, learner.Loss.Features.Teacher);
    }

    private Batch View(Batch batch, TrainingPosition position, int view) =>
        noise is null ? batch : SampleViews.Of(batch, noise, seed, position.Epoch, view);
}
