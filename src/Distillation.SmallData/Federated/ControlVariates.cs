namespace Distillation.SmallData;

/// <summary>The control variates of SCAFFOLD: one of the server, and one of each client that has taken part.</summary>
internal sealed class ControlVariates(IReadOnlyList<Tensor> parameters) : FederatedAlgorithmState
{
    private readonly Tensor[] _server = Zeros(parameters);
    private readonly Tensor[] _change = Zeros(parameters);
    private readonly Dictionary<int, Tensor[]> _clients = [];
    private Tensor[] _correction = [];

    public override void BeginClient(int client, IReadOnlyList<Tensor> global)
    {
        if (!_clients.TryGetValue(client, out Tensor[]? own))
        {
            _clients[client] = own = Zeros(global);
        }

        Release(_correction);
        _correction = [.. _server.Zip(own, (server, mine) => server.sub(mine).DetachFromDisposeScope())];
    }

    public override void AdjustGradients(IReadOnlyList<Parameter> parameters)
    {
        using var scope = torch.NewDisposeScope();
        for (int i = 0; i < parameters.Count; i++)
        {
            parameters[i].grad?.AddInPlace(_correction[i]);
        }
    }

    public override void EndClient(FederatedClientUpdate update)
    {
        using var scope = torch.NewDisposeScope();
        Tensor[] own = _clients[update.Client];
        for (int i = 0; i < own.Length && update.LearningRateSum > 0; i++)
        {
            // cᵢ⁺ − cᵢ
            Tensor difference = update.Global[i].sub(update.Local[i]).DivInPlace(update.LearningRateSum).sub_(_server[i]);
            own[i].AddInPlace(difference);
            _change[i].AddInPlace(difference);
        }
    }

    public override void EndRound(int clients)
    {
        using var scope = torch.NewDisposeScope();
        for (int i = 0; i < _server.Length; i++)
        {
            _server[i].AddInPlace(_change[i], 1.0 / clients);
            _change[i].zero_();
        }
    }

    protected override void Dispose(bool disposing)
    {
        Release(_server);
        Release(_change);
        Release(_correction);
        foreach (Tensor[] client in _clients.Values)
        {
            Release(client);
        }

        base.Dispose(disposing);
    }

    private static Tensor[] Zeros(IReadOnlyList<Tensor> like) =>
        [.. like.Select(tensor => torch.zeros_like(tensor, requires_grad: false).DetachFromDisposeScope())];

    private static void Release(Tensor[] tensors) => Array.ForEach(tensors, tensor => tensor.Dispose());
}
