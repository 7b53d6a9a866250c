namespace Distillation.Training;

/// <summary>All numbers of a learner that a checkpoint keeps.</summary>
internal sealed record LearnerNumbers
{
    public required double LearningRate { get; init; }

    /// <summary>Gets how many gradients each parameter has followed, in order; nothing where the optimizer keeps that itself.</summary>
    public required IReadOnlyList<long> Steps { get; init; }

    /// <summary>Gets the sums of the losses since the last report, and their weights, by name.</summary>
    public required IReadOnlyDictionary<string, double> LossSums { get; init; }

    public required IReadOnlyDictionary<string, double> LossWeights { get; init; }
}
