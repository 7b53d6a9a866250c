namespace Distillation.SmallData;

/// <summary>The options of all ways that a <see cref="FederatedComparison"/> runs.</summary>
public sealed record FederatedComparisonOptions
{
    /// <summary>Gets the options of the one-shot ways; their <see cref="FederatedOptions.Exchange"/> is not used: both are run.</summary>
    /// <value>The default value is the default options.</value>
    public FederatedOptions OneShot { get; init => field = Require.Present(value); } = new();

    /// <summary>Gets the options of the ways in rounds; their algorithm is not used.</summary>
    /// <value>The default value is the default options. They have no privacy, for FedDF keeps the models of the clients.</value>
    public FederatedAveragingOptions Averaging
    {
        get;
        init => field = Require.Present(value).Privacy is null
            ? value
            : throw new ArgumentException(
                $"{nameof(Averaging)} must have no {nameof(FederatedAveragingOptions.Privacy)}, for FedDF keeps the models of the clients, but has it.",
                nameof(Averaging));
    }

        = new();

    /// <summary>Gets the algorithms that are run in rounds.</summary>
    /// <value>At least one. The default value is <see cref="FedAvg"/>, <see cref="FedProx"/> and <see cref="Scaffold"/>.</value>
    public IReadOnlyList<FederatedAlgorithm> Algorithms
    {
        get;
        init => field = Require.Present(value).Count > 0
            ? [.. value.Select(algorithm => Require.Present(algorithm, nameof(Algorithms)))]
            : throw new ArgumentException("There must be at least one algorithm.", nameof(Algorithms));
    }

        = [new FedAvg(), new FedProx(), new Scaffold()];

    /// <summary>Gets how the ensemble of the clients is distilled into the averaged model.</summary>
    /// <value>The default value is the default options.</value>
    public FederatedFusionOptions Fusion { get; init => field = Require.Present(value); } = new();

    /// <summary>Gets how a model is trained on the samples of all clients in one place.</summary>
    /// <value>The default value is <see langword="null"/>: as a client alone in the one-shot ways.</value>
    public TrainerOptions? Central { get; init => field = value is null ? null : OriginalTraining.Several(value); }
}
