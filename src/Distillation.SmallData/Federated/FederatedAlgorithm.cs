namespace Distillation.SmallData;

/// <summary>Determines how clients of <see cref="FederatedAveraging"/> change their gradients, and what they exchange beside their models.</summary>
/// <remarks>
/// Derive from it to write another one. An algorithm has no state: one instance serves any number of runs. The state of a run is a
/// <see cref="FederatedAlgorithmState"/>.
/// </remarks>
public abstract record FederatedAlgorithm
{
    /// <summary>Gets the name, for reports.</summary>
    /// <value>The default is the name of the type.</value>
    public virtual string Name => GetType().Name;

    /// <summary>Gets whether the average over clients is weighted by their numbers of samples.</summary>
    /// <value>The default value is that of the paper of each algorithm; <see langword="false"/> weights all clients of a round equally.</value>
    public bool WeightsBySamples { get; init; } = true;

    /// <summary>Gets how many tensors of the size of a parameter a client receives in a round, and sends: 1 for the parameter alone.</summary>
    /// <value>The default is 1.</value>
    public virtual int TensorsPerParameter => 1;

    /// <summary>Gets whether the model is all that a client sends, and nothing of a client is remembered from one round to the next.</summary>
    /// <value>
    /// The default value is <see langword="false"/>; <see cref="FedAvg"/> and <see cref="FedProx"/> have <see langword="true"/>. It is needed for
    /// <see cref="FederatedAveragingOptions.Privacy"/>, and for rounds in processes of their own: <see cref="FederatedAveraging.TrainClient"/>.
    /// </value>
    public virtual bool ExchangesModelsAlone => false;

    /// <summary>Checks the options of the local training, before the first round.</summary>
    /// <param name="training">The options.</param>
    /// <exception cref="ArgumentException">The algorithm is not defined for them.</exception>
    public virtual void Check(TrainerOptions training)
    {
    }

    /// <summary>Creates the state of a run.</summary>
    /// <param name="parameters">The parameters of the global model, which are trained, before the first round; they are not changed.</param>
    /// <returns>The state, which the run disposes; <see langword="null"/> where the algorithm changes no gradient.</returns>
    public virtual FederatedAlgorithmState? CreateState(IReadOnlyList<Tensor> parameters) => null;
}
