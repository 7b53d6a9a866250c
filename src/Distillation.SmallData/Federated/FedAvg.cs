namespace Distillation.SmallData;

/// <summary>Federated averaging: <c>w ← Σ nₖ wₖ / Σ nₖ</c> over the clients k of a round, with nₖ samples and weights wₖ after their local updates.</summary>
/// <remarks>McMahan et al., "Communication-Efficient Learning of Deep Networks from Decentralized Data", 2017.</remarks>
public sealed record FedAvg : FederatedAlgorithm
{
    /// <inheritdoc/>
    /// <value><see langword="true"/>.</value>
    public override bool ExchangesModelsAlone => true;
}
