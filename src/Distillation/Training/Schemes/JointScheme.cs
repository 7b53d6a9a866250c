namespace Distillation.Training;

/// <summary>
/// An original and its distilled model learn in the same pass, each with its own optimizer: the distilled one from what the original says at that moment.
/// </summary>
/// <remarks>The original's outputs are in training mode, and reach the distilled model as constants: no gradient flows back.</remarks>
/// <param name="original">Who learns from the labels; the step disposes it.</param>
/// <param name="distilled">Who learns from the original; it is the one that is validated. The step disposes it.</param>
public sealed class JointScheme(Learner original, Learner distilled) : ITrainingScheme
{
    /// <inheritdoc/>
    public IReadOnlyList<Learner> Learners { get; } = [Require.Present(distilled), Require.Present(original)];

    /// <inheritdoc/>
    public void Prepare(Batch sample)
    {
        (DistillationContext ofOriginal, DistillationContext ofDistilled) = CreateContexts(sample, default);
        original.Prepare(ofOriginal);
        distilled.Prepare(ofDistilled);
    }

    /// <inheritdoc/>
    public void AccumulateGradients(Batch batch, TrainingPosition position)
    {
        (DistillationContext ofOriginal, DistillationContext ofDistilled) = CreateContexts(batch, position);
        original.AccumulateGradients(ofOriginal);
        distilled.AccumulateGradients(ofDistilled);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        original.Dispose();
        distilled.Dispose();
    }

    private (DistillationContext Original, DistillationContext Distilled) CreateContexts(Batch batch, TrainingPosition position)
    {
        ModelOutput teaches = ForwardPass.Run(original, batch, original.Loss.Features.Student | distilled.Loss.Features.Teacher);
        ModelOutput learns = ForwardPass.Run(distilled, batch, distilled.Loss.Features.Student);
        return (new(teaches, teacher: null, batch, position), new(learns, teaches.Detach(), batch, position));
    }
}
