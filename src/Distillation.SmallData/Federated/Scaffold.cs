namespace Distillation.SmallData;

/// <summary>Federated averaging whose clients correct their gradients for what sets their data apart, with control variates (SCAFFOLD).</summary>
/// <remarks>
/// <para>
/// Each local update follows <c>g − cᵢ + c</c>. After K updates with learning rate η the variate of client i becomes <c>cᵢ⁺ = cᵢ − c + (x − yᵢ)/(K·η)</c>,
/// where x are the received and yᵢ the local parameters (option II); the server's becomes <c>c + Σ (cᵢ⁺ − cᵢ)/N</c> over the clients of the round, with N the
/// number of clients that have joined. All variates begin at 0. With a learning rate that changes, K·η is the sum of the rates. Karimireddy et al., "SCAFFOLD:
/// Stochastic Controlled Averaging for Federated Learning", 2020.
/// </para>
/// <para>
/// Clients of a round are averaged equally, as in the paper; NIID-Bench weights them by samples. In each direction a parameter goes twice: itself and its
/// variate.
/// </para>
/// </remarks>
public sealed record Scaffold : FederatedAlgorithm
{
    /// <summary>Creates the algorithm, with equal weights of the clients.</summary>
    public Scaffold() => WeightsBySamples = false;

    /// <inheritdoc/>
    /// <value>2: a parameter and its control variate.</value>
    public override int TensorsPerParameter => 2;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The optimizer is not plain stochastic gradient descent: (x − y)/(K·η) is then no mean gradient.</exception>
    public override void Check(TrainerOptions training)
    {
        if (Require.Present(training).Optimizer is not SgdOptimizer { Momentum: 0 } sgd || sgd.Groups.Count > 0 || training.Update.AverageDecay is not null)
        {
            throw new ArgumentException(
                $"{nameof(Scaffold)} needs {nameof(SgdOptimizer)} without momentum, groups or an average of weights, "
                + $"but the optimizer is {training.Optimizer.GetType().Name}.",
                nameof(training));
        }
    }

    /// <inheritdoc/>
    public override FederatedAlgorithmState CreateState(IReadOnlyList<Tensor> parameters) => new ControlVariates(Require.Present(parameters));
}
