namespace Distillation.SmallData;

/// <summary>How a model is trained in rounds by clients that keep their samples.</summary>
public sealed record FederatedAveragingOptions
{
    /// <summary>Gets the algorithm.</summary>
    /// <value>The default value is <see cref="FedAvg"/>. <see cref="FedProx"/> and <see cref="Scaffold"/> are others.</value>
    public FederatedAlgorithm Algorithm { get; init => field = Require.Present(value); } = new FedAvg();

    /// <summary>Gets the number of rounds.</summary>
    /// <value>Positive. The default value is 40.</value>
    public int Rounds { get; init => field = Require.Positive(value); } = 40;

    /// <summary>Gets how a client trains in a round: epochs or steps, batches, optimizer.</summary>
    /// <value>The default value is 5 epochs of batches of 20 samples, stochastic gradient descent with a learning rate of 0.1.</value>
    /// <remarks>
    /// Each round begins with a new optimizer. A schedule of the learning rate runs over all rounds together: its position is that of the first update of the
    /// round in a training of all rounds. <see cref="TrainerOptions.Seed"/> is not used: see <see cref="Seed"/>.
    /// </remarks>
    public TrainerOptions Training { get; init => field = Local(value); } = new() { Epochs = 5, BatchSize = 20, Optimizer = new SgdOptimizer(0.1) };

    /// <summary>Gets the share of the clients that take part in a round, C in McMahan et al., 2017.</summary>
    /// <value>
    /// In (0, 1]; rounded to whole clients, at least one. The default value is 1. The clients of a round are drawn without replacement. With
    /// <see cref="Privacy"/> each client is drawn with this probability, whatever happens to the others, and a round may have no client.
    /// </value>
    public double ClientShare { get; init => field = Require.Positive(Require.InRange(value, 0, 1), nameof(value)); } = 1;

    /// <summary>Gets the learning rate of the server, η: <c>w ← w + η·(average − w)</c>.</summary>
    /// <value>Positive. The default value is 1: the average itself.</value>
    public double ServerLearningRate { get; init => field = Require.Positive(value); } = 1;

    /// <summary>Gets the momentum of the server, β: <c>v ← β·v + (average − w)</c>, <c>w ← w + η·v</c> (FedAvgM, Hsu et al., 2019).</summary>
    /// <value>In [0, 1). The default value is 0.</value>
    public double ServerMomentum { get; init => field = Require.BelowOne(value); }

    /// <summary>Gets the round in which each client joins, from 0, by the number of the client; clients that are not named take part from the start.</summary>
    /// <value>No number or round is negative. The default value is empty. A client whose round is never reached changes nothing.</value>
    public IReadOnlyDictionary<int, int> FirstRounds
    {
        get;
        init => field = Require.Present(value).ToDictionary(
            pair => Require.NotNegative(pair.Key, nameof(FirstRounds)), pair => Require.NotNegative(pair.Value, nameof(FirstRounds)));
    }

        = new Dictionary<int, int>();

    /// <summary>Gets how many rounds lie between two measurements on test samples; the last round is always measured.</summary>
    /// <value>Positive. The default value is 1.</value>
    public int EvaluateEveryRounds { get; init => field = Require.Positive(value); } = 1;

    /// <summary>Gets whether the result has the last model of each client that took part in a round: the members of an ensemble.</summary>
    /// <value>The default value is <see langword="false"/>. Labels must be class ids where it is set.</value>
    public bool KeepsClientModels { get; init; }

    /// <summary>Gets how the updates of clients are clipped, and noise added to their average (DP-FedAvg).</summary>
    /// <value>The default value is <see langword="null"/>: neither is done, and nothing is private.</value>
    public FederatedPrivacyOptions? Privacy { get; init; }

    /// <summary>Gets the number from which all random choices follow; each client adds its own number and that of the round.</summary>
    /// <value>Any number. The default value is 0. With <see cref="Privacy"/> it must stay secret: whoever knows it can compute the noise.</value>
    public int Seed { get; init; }

    private static TrainerOptions Local(TrainerOptions training)
    {
        string? option = OriginalTraining.Several(training).BestBy is not null ? nameof(TrainerOptions.BestBy)
            : training.EarlyStopping is not null ? nameof(TrainerOptions.EarlyStopping)
            : null;
        return option is null
            ? training
            : throw new ArgumentException($"A client has no validation data in its local training: leave {option} out.", nameof(training));
    }
}
