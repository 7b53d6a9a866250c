namespace Distillation.Evaluation;

/// <summary>The way in which the states of several batches become one.</summary>
public enum MetricReduction
{
    /// <summary>States of one shape are added up.</summary>
    Sum,

    /// <summary>States are concatenated along their first dimension: for metrics that compare samples, such as a rank correlation.</summary>
    Concatenate,
}
