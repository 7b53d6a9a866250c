namespace Distillation.Evaluation;

/// <summary>The state of a metric on a group of samples.</summary>
internal sealed record GroupState
{
    /// <summary>Gets the shape of the state.</summary>
    public required IReadOnlyList<long> Shape { get; init; }

    /// <summary>Gets the numbers of the state, in the order of its shape.</summary>
    public required IReadOnlyList<double> Numbers { get; init; }

    public static GroupState Of(MetricAccumulator accumulator)
    {
        using var scope = torch.NewDisposeScope();
        Tensor state = accumulator.State();
        return new() { Shape = state.shape, Numbers = Shares.Numbers(state) };
    }
}
