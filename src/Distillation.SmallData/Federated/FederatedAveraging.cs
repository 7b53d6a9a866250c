using System.Diagnostics;
using Distillation.Evaluation;
using Distillation.Training;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>Trains one model in rounds: clients train it on their own samples, and a server averages what they send back.</summary>
/// <remarks>
/// <para>
/// Each round the clients that take part receive the global model, train it by <see cref="FederatedAveragingOptions.Training"/>, and send it back; the server
/// averages it (McMahan et al., 2017). No sample leaves a client. Models can still give away something of what they have learned from.
/// </para>
/// <para>
/// The order of the samples and dropout of a client in a round are functions of the seed, its number and the round: a client that does not take part changes
/// nothing for the others.
/// </para>
/// <para>
/// <see cref="Run"/> is all rounds of all clients in one process. The steps of a round are also on their own, for processes that exchange files: the server
/// makes the first model by <see cref="ParallelTrainings.Seeded"/> with <see cref="FederatedAveragingOptions.Seed"/>; in each round the clients of
/// <see cref="ClientsOf"/> receive it and call <see cref="TrainClient"/>, and the server calls <see cref="Average"/>. The result has the same bits.
/// </para>
/// </remarks>
public sealed class FederatedAveraging
{
    private readonly Func<Module<Tensor, Tensor>> _model;
    private readonly FederatedAveragingOptions _options;

    /// <summary>Creates a federated training.</summary>
    /// <param name="model">
    /// Makes a new model, from inputs [N, ...] to logits [N, C] of all classes, with weights from libtorch's generator. The weights of the first one are those
    /// with which the rounds begin; another one is the working copy of the clients, and with <see cref="FederatedAveragingOptions.KeepsClientModels"/> there is
    /// one for each client.
    /// </param>
    /// <param name="options">The options; the defaults if not given.</param>
    /// <exception cref="ArgumentException">
    /// The algorithm is not defined for the local training, or something would leave the clients without the noise of
    /// <see cref="FederatedAveragingOptions.Privacy"/>.
    /// </exception>
    public FederatedAveraging(Func<Module<Tensor, Tensor>> model, FederatedAveragingOptions? options = null)
    {
        _model = Require.Present(model);
        _options = options ?? new FederatedAveragingOptions();
        _options.Algorithm.Check(_options.Training);
        PrivateAverage.Check(_options);
    }

    /// <summary>Runs all rounds.</summary>
    /// <param name="clients">The labeled samples of each client; at least one client.</param>
    /// <param name="test">Labeled samples for the reports, from which nothing learns; without them there are none.</param>
    /// <param name="progress">Receives each round, on this thread.</param>
    /// <param name="cancellationToken">Cancels the run.</param>
    /// <returns>The model and the rounds; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">
    /// There is no client, none takes part in the first round, class ids are needed and are not there, or with privacy the model has buffers.
    /// </exception>
    /// <exception cref="InvalidOperationException">Model and data do not fit together.</exception>
    /// <exception cref="OperationCanceledException">The run was canceled.</exception>
    /// <exception cref="TrainingDivergedException">The loss of a client became infinite or not a number.</exception>
    public FederatedAveragingResult Run(
        IReadOnlyList<IDataSource> clients,
        IDataSource? test = null,
        IProgress<FederatedRound>? progress = null,
        CancellationToken cancellationToken = default)
    {
        IDataSource[] sources = [.. Require.Present(clients).Select(source => Require.Present(source, nameof(clients)))];
        var participation = new Participation(sources.Length, _options);
        if (sources.Length == 0 || (_options.Privacy is null && participation.Of(0).Count == 0))
        {
            throw new ArgumentException($"At least one client must take part in the first round, but of {sources.Length} clients none does.", nameof(clients));
        }

        var clock = Stopwatch.StartNew();
        Module<Tensor, Tensor> module = OriginalTraining.Make(_model, _options.Seed);
        try
        {
            return RunRounds(module, sources, participation, test, progress, clock, cancellationToken);
        }
        catch
        {
            module.Dispose();
            throw;
        }
    }

    /// <summary>Returns the clients that take part in a round.</summary>
    /// <param name="round">The number of the round: in [0, <see cref="FederatedAveragingOptions.Rounds"/>).</param>
    /// <param name="clients">The number of all clients; positive.</param>
    /// <returns>Their numbers, in ascending order. There may be none with privacy, or where all clients join later.</returns>
    public IReadOnlyList<int> ClientsOf(int round, int clients)
    {
        RequireRound(round);
        return new Participation(Require.Positive(clients), _options).Of(round);
    }

    /// <summary>Trains the model of a client in one round, in a process of its own.</summary>
    /// <param name="global">The model of the server after the rounds before; it is not changed.</param>
    /// <param name="client">The number of the client, from 0: its random choices are its own.</param>
    /// <param name="samples">The labeled samples of the client: class ids as labels.</param>
    /// <param name="round">The number of the round: in [0, <see cref="FederatedAveragingOptions.Rounds"/>).</param>
    /// <param name="cancellationToken">Cancels the training.</param>
    /// <returns>The model of the client, for <see cref="Average"/>; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">
    /// The labels are no class ids, with privacy the model has buffers, or an option needs the rounds in one process: an algorithm without
    /// <see cref="FederatedAlgorithm.ExchangesModelsAlone"/>, or <see cref="FederatedAveragingOptions.ServerMomentum"/>.
    /// </exception>
    /// <exception cref="InvalidOperationException">Models and data do not fit together.</exception>
    /// <exception cref="OperationCanceledException">The training was canceled.</exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or not a number.</exception>
    public FederatedModel TrainClient(
        Module<Tensor, Tensor> global, int client, IDataSource samples, int round, CancellationToken cancellationToken = default)
    {
        Require.NotNegative(client);
        RequireRound(round);
        RequireStateless(Require.Present(global));
        cancellationToken.ThrowIfCancellationRequested();
        Dictionary<long, long> counts = ClassCounts.Of(ClassCounts.ReadIds(Require.Present(samples)));
        Module<Tensor, Tensor> local = OriginalTraining.Make(_model, _options.Seed);
        try
        {
            using var model = new GlobalModel(global, local, _options);
            using var training = new ClientTraining(model, _options);
            training.Train(round, client, samples, cancellationToken);
            local.eval();
            return new FederatedModel(local, counts);
        }
        catch
        {
            local.Dispose();
            throw;
        }
    }

    /// <summary>Averages the models of the clients of one round, as <see cref="Run"/> does, in the process of the server.</summary>
    /// <param name="global">The model with which the round began; it becomes that with which the next one begins. If anything fails, it is not changed.</param>
    /// <param name="models">The models of the clients of <see cref="ClientsOf"/>, by their numbers; they are not changed.</param>
    /// <param name="round">The number of the round: in [0, <see cref="FederatedAveragingOptions.Rounds"/>).</param>
    /// <param name="clients">The number of all clients; positive.</param>
    /// <remarks>With privacy the update is clipped here and the noise is added; ε of all rounds is that of <see cref="RdpAccountant"/>.</remarks>
    /// <exception cref="ArgumentException">
    /// The models are not those of the clients of the round, with privacy the model has buffers, or an option needs the rounds in one process, as for
    /// <see cref="TrainClient"/>.
    /// </exception>
    /// <exception cref="InvalidOperationException">The models are of different kinds, or with privacy an update is not finite.</exception>
    public void Average(Module<Tensor, Tensor> global, IReadOnlyDictionary<int, FederatedModel> models, int round, int clients)
    {
        RequireStateless(Require.Present(global));
        IReadOnlyList<int> expected = ClientsOf(round, clients);
        if (!Require.Present(models).Keys.Order().SequenceEqual(expected) || (expected.Count == 0 && _options.Privacy is null))
        {
            throw new ArgumentException(
                $"Round {round} needs the models of its clients, [{string.Join(", ", expected)}], at least of one without privacy, "
                + $"but those of [{string.Join(", ", models.Keys.Order())}] are given.",
                nameof(models));
        }

        using Module<Tensor, Tensor> local = OriginalTraining.Make(_model, _options.Seed);
        using var model = new GlobalModel(global, local, _options);
        using var average = new RoundAverage(model, _options, clients);
        double[] shares = average.Shares(expected.Select(client => models[client].SamplesOfClass.Values.Sum()));
        foreach ((int client, double share) in expected.Zip(shares))
        {
            ModuleState.Write(local, models[client].Module);
            average.Receive(client, round, share);
        }

        average.Update(round);
    }

    private FederatedAveragingResult RunRounds(
        Module<Tensor, Tensor> module,
        IDataSource[] sources,
        Participation participation,
        IDataSource? test,
        IProgress<FederatedRound>? progress,
        Stopwatch clock,
        CancellationToken cancellationToken)
    {
        if (_options.Privacy is not null)
        {
            PrivateAverage.Check(module);
        }

        using Module<Tensor, Tensor> local = OriginalTraining.Make(_model, _options.Seed);
        using var run = new FederatedAveragingRun(_options, sources, module, local);
        var rounds = new List<FederatedRound>();
        for (int number = 0; number < _options.Rounds; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            FederatedRound round = run.Train(number, participation.Of(number), participation.Joined(number), cancellationToken);
            bool isMeasured = test is not null && ((number + 1) % _options.EvaluateEveryRounds == 0 || number == _options.Rounds - 1);
            rounds.Add(round with { Report = isMeasured ? Measure(module, test!, cancellationToken) : null });
            progress?.Report(rounds[^1]);
        }

        Dictionary<int, FederatedModel> models = run.TakeClientModels(_model);
        module.eval();
        return new FederatedAveragingResult(module, participation.Joined(_options.Rounds - 1) * run.ModelBytes)
        {
            Algorithm = _options.Algorithm.Name,
            Rounds = rounds,
            ClientModels = models,
            Delta = _options.Privacy?.Delta,
            Elapsed = clock.Elapsed,
        };
    }

    private void RequireRound(int round) => Require.InRange(round, 0, _options.Rounds - 1);

    private void RequireStateless(Module<Tensor, Tensor> global)
    {
        string? option = !_options.Algorithm.ExchangesModelsAlone ? $"{nameof(FederatedAveragingOptions.Algorithm)} {_options.Algorithm.Name}"
            : _options.ServerMomentum > 0 ? nameof(FederatedAveragingOptions.ServerMomentum)
            : null;
        if (option is not null)
        {
            throw new ArgumentException(
                $"{option} remembers something between rounds: use {nameof(Run)}, or {nameof(FedAvg)} or {nameof(FedProx)} without momentum.", nameof(global));
        }

        if (_options.Privacy is not null)
        {
            PrivateAverage.Check(global);
        }
    }

    private static EvaluationReport Measure(Module<Tensor, Tensor> module, IDataSource test, CancellationToken cancellationToken)
    {
        module.eval();
        using ITeacher teacher = Distillation.Teacher.From(module);
        return Evaluator.Evaluate(teacher, test, cancellationToken: cancellationToken);
    }
}
