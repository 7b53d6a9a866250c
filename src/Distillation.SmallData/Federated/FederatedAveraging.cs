using System.Diagnostics;
using Distillation.Evaluation;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>Trains one model in rounds: clients train it on their own samples, and a server averages what they send back. All in one process.</summary>
/// <remarks>
/// <para>
/// Each round the clients that take part receive the global model, train it by <see cref="FederatedAveragingOptions.Training"/>, and send it back; the server
/// averages it (McMahan et al., 2017). No sample leaves a client. Models can still give away something of what they have learned from.
/// </para>
/// <para>
/// The order of the samples and dropout of a client in a round are functions of the seed, its number and the round: a client that does not take part changes
/// nothing for the others.
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
            return Run(module, sources, participation, test, progress, clock, cancellationToken);
        }
        catch
        {
            module.Dispose();
            throw;
        }
    }

    private FederatedAveragingResult Run(
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

    private static EvaluationReport Measure(Module<Tensor, Tensor> module, IDataSource test, CancellationToken cancellationToken)
    {
        module.eval();
        using ITeacher teacher = Distillation.Teacher.From(module);
        return Evaluator.Evaluate(teacher, test, cancellationToken: cancellationToken);
    }
}
