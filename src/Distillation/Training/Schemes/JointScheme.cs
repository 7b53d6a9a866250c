namespace Distillation.Training;

/// <summary>
/// Trains an original and its distilled model in the same pass, each with its own optimizer. The distilled model learns from the current outputs of the
/// original.
/// </summary>
/// <remarks>The original outputs in training mode. Its outputs reach the distilled model detached: no gradient flows back.</remarks>
/// <param name="original">The learner from the labels; the scheme disposes it.</param>
/// <param name="distilled">The learner from the original, which is validated; the scheme disposes it.</param>
public sealed class JointScheme(Learner original, Learner distilled) : TrainingScheme(original, distilled)
{
    /// <inheritdoc/>
    public override Learner Validated => distilled;

    /// <inheritdoc/>
    protected override IReadOnlyList<DistillationContext> CreateContexts(Batch batch, TrainingPosition position)
    {
        ModelOutput outputs = original.Forward(batch, distilled.Loss.Features.Teacher);
        return [new(outputs, teacher: null, batch, position), new(distilled.Forward(batch), outputs.Detach(), batch, position)];
    }
}
