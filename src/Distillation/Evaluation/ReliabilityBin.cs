namespace Distillation.Evaluation;

/// <summary>The rows whose largest probability is in one bin, (low, high], of a reliability diagram.</summary>
public readonly record struct ReliabilityBin
{
    /// <summary>Gets the number of rows.</summary>
    public required long Rows { get; init; }

    /// <summary>Gets the share of the rows whose label has the largest logit, in [0, 1]; 0 without rows.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Gets the mean of the largest probability of the rows, in [0, 1]; 0 without rows.</summary>
    public required double Confidence { get; init; }
}
