namespace Distillation.SmallData;

/// <summary>How <see cref="FederatedAveraging"/> bounds what the global model gives away of any one client: client-level differential privacy.</summary>
/// <remarks>
/// <para>
/// Each client is in a round with the probability q = <see cref="FederatedAveragingOptions.ClientShare"/>, on its own (Poisson sampling). Its update, the local
/// minus the global parameters, is scaled by <c>min(1, S/‖Δ‖)</c>; the server moves the model by <c>Σ Δₖ/(q·N) + N(0, (z·S/(q·N))²)</c>, with N clients in all.
/// All clients have equal weights, whatever <see cref="FederatedAlgorithm.WeightsBySamples"/> is, and the divisor is the expected number of clients, whatever
/// was drawn: the estimator of fixed denominator in McMahan, Ramage, Talwar and Zhang, "Learning Differentially Private Recurrent Language Models", 2018. A
/// round without a client adds the noise alone.
/// </para>
/// <para>
/// With N public, the global models of all rounds are (ε, δ)-differentially private for adding or removing one client with all its samples.
/// <see cref="RdpAccountant"/> computes ε for Poisson sampling; rounds of a fixed number of clients, as without privacy, are not what it covers. The server
/// sees the updates without noise, and must be trusted. Losses, counts and numbers of the clients of a round are computed from their samples, or from the draw
/// that must stay secret, and are not private.
/// </para>
/// <para>
/// What leaves a client without noise is refused before the first round: buffers of the model, such as the statistics of batch normalization,
/// <see cref="FederatedAveragingOptions.KeepsClientModels"/>, and algorithms without <see cref="FederatedAlgorithm.ExchangesModelsAlone"/>. So are
/// <see cref="FederatedAveragingOptions.FirstRounds"/>, for all clients must be drawn with the same probability in all rounds.
/// </para>
/// </remarks>
public sealed record FederatedPrivacyOptions
{
    /// <summary>Gets the noise multiplier, z: the deviation of the noise on the sum of the updates is z·<see cref="ClipNorm"/>.</summary>
    /// <value>Positive. The default value is 1. <see cref="RdpAccountant.NoiseFor"/> finds that of a budget.</value>
    public double NoiseMultiplier { get; init => field = Require.Positive(value); } = 1;

    /// <summary>Gets the largest Euclidean length of the update of a client over all trained parameters, S: longer ones are scaled down to it.</summary>
    /// <value>Positive. The default value is 1. <see cref="FederatedRound.ClippedShare"/> shows how many are.</value>
    public double ClipNorm { get; init => field = Require.Positive(value); } = 1;

    /// <summary>Gets the δ of the report: the probability with which its ε may not hold.</summary>
    /// <value>In (0, 1). The default value is 1e-5. It should be well below one over the number of clients.</value>
    public double Delta { get; init => field = Require.Positive(Require.BelowOne(value), nameof(value)); } = 1e-5;
}
