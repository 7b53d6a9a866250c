namespace Distillation.AI;

/// <summary>Settings of a <see cref="DriftMonitor"/>.</summary>
public sealed record DriftMonitorOptions
{
    /// <summary>Gets the number of the newest texts that are compared with the reference.</summary>
    /// <value>Positive. The default value is 500.</value>
    public int Window { get; init => field = Require.Positive(value); } = 500;

    /// <summary>Gets the probability of a false alarm of one test of one report.</summary>
    /// <value>In (0, 1). The default value is 0.01.</value>
    public double Significance { get; init => field = ConformalThresholdOptions.Share(value, nameof(Significance)); } = 0.01;

    /// <summary>Gets the number of permutations of the test of embeddings; its p-value is at least 1 / (permutations + 1).</summary>
    /// <value>Positive. The default value is 999.</value>
    public int Permutations { get; init => field = Require.Positive(value); } = 999;

    /// <summary>Gets the seed of the permutations; the same one gives the same report.</summary>
    /// <value>Any number. The default value is 0.</value>
    public int Seed { get; init; }
}
