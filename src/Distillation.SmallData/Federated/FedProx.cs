namespace Distillation.SmallData;

/// <summary>Federated averaging whose clients are held near the model that they received: the local loss has the term <c>(μ/2)·‖w − w_t‖²</c>.</summary>
/// <remarks>
/// <para>
/// The term adds μ·(w − w_t) to the gradient of each local update, where w_t are the received parameters. With μ = 0 it is <see cref="FedAvg"/>. Li et al.,
/// "Federated Optimization in Heterogeneous Networks", 2020.
/// </para>
/// <para>
/// The paper draws clients by their numbers of samples and averages them equally; here, as in NIID-Bench, the average is weighted by these numbers. With
/// <see cref="UpdateOptions.ClipNorm"/> the whole gradient is clipped, the term included.
/// </para>
/// </remarks>
public sealed record FedProx : FederatedAlgorithm
{
    /// <summary>Gets the strength of the term, μ.</summary>
    /// <value>Zero or positive. The default value is 0.01. The paper chooses it among 0.001, 0.01, 0.1 and 1.</value>
    public double Mu { get; init => field = Require.NotNegative(value); } = 0.01;

    /// <inheritdoc/>
    /// <value><see langword="true"/>: clients compare with the model that they received alone.</value>
    public override bool ExchangesModelsAlone => true;

    /// <inheritdoc/>
    public override FederatedAlgorithmState CreateState(IReadOnlyList<Tensor> parameters) => new State(Mu);

    private sealed class State(double mu) : FederatedAlgorithmState
    {
        private IReadOnlyList<Tensor> _global = [];

        public override void BeginClient(int client, IReadOnlyList<Tensor> global) => _global = global;

        public override void AdjustGradients(IReadOnlyList<Parameter> parameters)
        {
            using var scope = torch.NewDisposeScope();
            for (int i = 0; i < parameters.Count; i++)
            {
                parameters[i].grad?.AddInPlace(parameters[i].sub(_global[i]), mu);
            }
        }
    }
}
