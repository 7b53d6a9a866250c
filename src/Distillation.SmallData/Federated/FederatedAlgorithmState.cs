namespace Distillation.SmallData;

/// <summary>The state of an algorithm in one run: what server and clients remember between rounds. Gradients are disabled in all calls.</summary>
/// <remarks>
/// For each client of a round, in their order: <see cref="BeginClient"/>, <see cref="AdjustGradients"/> before each local update, <see cref="EndClient"/>.
/// After the last one: <see cref="EndRound"/>. A tensor that outlives a call must be detached from the current dispose scope.
/// </remarks>
public abstract class FederatedAlgorithmState : IDisposable
{
    /// <summary>Begins the local training of a client.</summary>
    /// <param name="client">The number of the client.</param>
    /// <param name="global">The parameters that the client receives.</param>
    public virtual void BeginClient(int client, IReadOnlyList<Tensor> global)
    {
    }

    /// <summary>Changes the gradients of a local update, before they are clipped.</summary>
    /// <param name="parameters">The parameters of the client, with their gradients; a parameter that the loss does not reach has none.</param>
    public abstract void AdjustGradients(IReadOnlyList<Parameter> parameters);

    /// <summary>Ends the local training of a client.</summary>
    /// <param name="update">What the client has done.</param>
    public virtual void EndClient(FederatedClientUpdate update)
    {
    }

    /// <summary>Ends a round.</summary>
    /// <param name="clients">The number of clients that have joined so far, also those that are not in this round.</param>
    public virtual void EndRound(int clients)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Disposes what the state holds.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> calls it.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
