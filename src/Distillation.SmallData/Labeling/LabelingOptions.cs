namespace Distillation.SmallData;

/// <summary>How a teacher labels samples.</summary>
public sealed record LabelingOptions
{
    /// <summary>Gets what the teacher's outputs mean.</summary>
    /// <value>
    /// <see cref="EvaluationTask.Classification"/>: labels are the softmax of the outputs; <see cref="EvaluationTask.MultiLabel"/>: their logistic function;
    /// <see cref="EvaluationTask.Regression"/>: the outputs themselves. The default value is <see cref="EvaluationTask.Classification"/>; a
    /// <see cref="Recipe"/> takes that of its samples.
    /// </value>
    public EvaluationTask Task { get; init => field = TaskRules.Of(value).Task; } = EvaluationTask.Classification;

    /// <summary>Gets by what the teacher's logits are divided.</summary>
    /// <value>Positive. The default value is 1, which is right for a calibrated teacher. It does not apply to a regression.</value>
    public double Temperature { get; init => field = Require.Positive(value); } = 1;

    /// <summary>
    /// Gets how much of a label is the sample's own, or of a generated sample its parents', where it is known. A known label of zeros is none, and of a
    /// regression or several labels one that is not a number: the teacher's counts alone.
    /// </summary>
    /// <value>In [0, 1]. The default is 0: the teacher's outputs alone.</value>
    public double KnownShare { get; init => field = Require.InRange(value, 0, 1); }
}
