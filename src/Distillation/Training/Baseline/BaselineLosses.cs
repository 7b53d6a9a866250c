using Distillation.Evaluation;
using Distillation.Losses;

namespace Distillation.Training;

/// <summary>The losses with which a student is trained alone.</summary>
internal static class BaselineLosses
{
    /// <exception cref="ArgumentException">The task has no usual loss on labels alone.</exception>
    public static IDistillationLoss Of(EvaluationTask task) => task.Kind switch
    {
        TaskKind.Classes => new HardLabelLoss { IgnoredLabel = task.IgnoredLabel },
        TaskKind.Presence => new BinaryLabelLoss(),
        TaskKind.Targets => new TargetMseLoss(),
        _ => throw new ArgumentException(
            $"The task {task.Name} has no usual loss on labels alone: set {nameof(StudyOptions)}.{nameof(StudyOptions.BaselineLoss)}.", nameof(task)),
    };
}
