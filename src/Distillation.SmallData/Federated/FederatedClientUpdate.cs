namespace Distillation.SmallData;

/// <summary>What a client has done in a round.</summary>
public sealed record FederatedClientUpdate
{
    /// <summary>Gets the number of the client.</summary>
    public required int Client { get; init; }

    /// <summary>Gets the number of local updates, K.</summary>
    public required long Steps { get; init; }

    /// <summary>Gets the sum of the learning rates of the local updates: K·η for a constant rate η.</summary>
    public required double LearningRateSum { get; init; }

    /// <summary>Gets the parameters that the client received, x.</summary>
    public required IReadOnlyList<Tensor> Global { get; init; }

    /// <summary>Gets the parameters after the local updates, y.</summary>
    public required IReadOnlyList<Tensor> Local { get; init; }
}
