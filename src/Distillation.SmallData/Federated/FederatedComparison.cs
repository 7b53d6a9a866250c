using System.Diagnostics;
using Distillation.Evaluation;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>Runs ways of learning from scattered data on the same clients, and measures accuracy, calibration, communication and time.</summary>
/// <remarks>
/// <para>
/// The ways: each client alone; one exchange of models (the ensemble itself, and the students of the clients) or of models and samples; federated averaging
/// in rounds by each algorithm, and by the first one in half as many rounds with the clients' ensemble distilled into the average (FedDF); and, for
/// comparison, one model of all samples in one place.
/// </para>
/// <para>
/// Bytes are those of tensors: in one exchange each client sends its model, and samples where they are exchanged, and receives those of all others. FedDF on a
/// public pool needs no more than averaging; on a generated pool the clients send their generated samples to the server. All algorithms in rounds have the
/// same communication and number of local updates: one that sends k tensors for each parameter has a k-th of the rounds, with k times the local updates.
/// </para>
/// </remarks>
public sealed class FederatedComparison
{
    internal const string Central = "all samples in one place";

    private readonly Func<Module<Tensor, Tensor>> _model;
    private readonly ISampleGenerator _generator;
    private readonly FederatedComparisonOptions _options;

    /// <summary>Creates a comparison.</summary>
    /// <param name="model">Makes a new model, from inputs [N, ...] to logits [N, C] of all classes, with weights from libtorch's generator.</param>
    /// <param name="generator">Makes new samples.</param>
    /// <param name="options">The options; the defaults if not given.</param>
    public FederatedComparison(Func<Module<Tensor, Tensor>> model, ISampleGenerator generator, FederatedComparisonOptions? options = null)
    {
        _model = Require.Present(model);
        _generator = Require.Present(generator);
        _options = options ?? new FederatedComparisonOptions();
        foreach (FederatedAlgorithm algorithm in _options.Algorithms)
        {
            algorithm.Check(_options.Averaging.Training);
        }
    }

    /// <summary>Runs all ways.</summary>
    /// <param name="clients">The labeled samples of each client: class ids as labels. At least two.</param>
    /// <param name="test">Labeled samples for the measurements, from which nothing learns.</param>
    /// <param name="publicPool">
    /// Samples of the same kind that all may see, whose labels are not used; with them, exchanges of models and FedDF learn from these. Without them the
    /// clients generate samples.
    /// </param>
    /// <param name="progress">Receives each row, on this thread.</param>
    /// <param name="cancellationToken">Cancels the runs.</param>
    /// <returns>The rows.</returns>
    /// <exception cref="ArgumentException">There are fewer than two clients, or the labels are no class ids.</exception>
    /// <exception cref="OperationCanceledException">The runs were canceled.</exception>
    public FederatedComparisonResult Run(
        IReadOnlyList<IDataSource> clients,
        IDataSource test,
        IDataSource? publicPool = null,
        IProgress<FederatedComparisonRow>? progress = null,
        CancellationToken cancellationToken = default)
    {
        Require.Present(test);
        var rows = new List<FederatedComparisonRow>();
        foreach (FederatedComparisonRow row in Rows([.. Require.Present(clients)], test, publicPool, cancellationToken))
        {
            rows.Add(row);
            progress?.Report(row);
        }

        return new() { Rows = rows };
    }

    private IEnumerable<FederatedComparisonRow> Rows(
        IReadOnlyList<IDataSource> clients, IDataSource test, IDataSource? publicPool, CancellationToken cancellationToken)
    {
        IEnumerable<FederatedComparisonRow> oneShot = OneShot(FederatedExchange.Models, clients, test, publicPool, cancellationToken)
            .Concat(OneShot(FederatedExchange.ModelsAndSamples, clients, test, null, cancellationToken).TakeLast(1));
        return oneShot.Concat(InRounds(clients, test, publicPool, cancellationToken)).Concat(InOnePlace(clients, test, cancellationToken));
    }

    private IEnumerable<FederatedComparisonRow> OneShot(
        FederatedExchange exchange, IReadOnlyList<IDataSource> clients, IDataSource test, IDataSource? publicPool, CancellationToken cancellationToken)
    {
        FederatedOptions options = _options.OneShot with { Exchange = exchange };
        var clock = Stopwatch.StartNew();
        using FederatedDistillationResult result =
            new FederatedDistillation(_model, _generator, options) { PublicPool = publicPool }.Run(clients, test, cancellationToken: cancellationToken);
        double seconds = clock.Elapsed.TotalSeconds;
        string what = exchange == FederatedExchange.Models ? "models" : "models and samples";
        var alone = FederatedComparisonRow.Of("each client alone", [.. result.Clients.Select(client => client.ReportBefore!)]);
        yield return alone with { Seconds = result.TrainingSeconds };
        yield return Exchanged(FederatedComparisonRow.Of($"one exchange of {what}: ensemble", [result.TeacherReport!]), result.TrainingSeconds);
        EvaluationReport[] students = [.. result.Clients.Select(client => client.ReportAfter!)];
        yield return Exchanged(FederatedComparisonRow.Of($"one exchange of {what}: students", students), seconds);

        FederatedComparisonRow Exchanged(FederatedComparisonRow row, double duration) =>
            row with { BytesSent = result.BytesSent, BytesReceived = (clients.Count - 1) * result.BytesSent, Rounds = 1, Seconds = duration };
    }

    private IEnumerable<FederatedComparisonRow> InRounds(
        IReadOnlyList<IDataSource> clients, IDataSource test, IDataSource? publicPool, CancellationToken cancellationToken)
    {
        FederatedAveragingOptions options = _options.Averaging with { EvaluateEveryRounds = int.MaxValue };
        foreach (FederatedAlgorithm algorithm in _options.Algorithms)
        {
            using FederatedAveragingResult result = Average(WithEqualCommunication(options with { Algorithm = algorithm }));
            yield return Row(result, result.Algorithm, result.Report!);
        }

        int rounds = Math.Max(1, options.Rounds / 2);
        using FederatedAveragingResult half = Average(options with { Algorithm = _options.Algorithms[0], Rounds = rounds, KeepsClientModels = true });
        yield return Fuse(clients, test, publicPool, half, cancellationToken);

        FederatedAveragingResult Average(FederatedAveragingOptions with) =>
            new FederatedAveraging(_model, with).Run(clients, test, cancellationToken: cancellationToken);
    }

    // An algorithm that sends k tensors for each parameter has a k-th of the rounds, with k times the local updates.
    private static FederatedAveragingOptions WithEqualCommunication(FederatedAveragingOptions options)
    {
        int times = options.Algorithm.TensorsPerParameter;
        return times == 1 || options.Rounds < times
            ? options
            : options with
            {
                Rounds = options.Rounds / times,
                Training = options.Training with { Epochs = times * options.Training.Epochs, Steps = times * options.Training.Steps },
            };
    }

    private FederatedComparisonRow Fuse(
        IReadOnlyList<IDataSource> clients, IDataSource test, IDataSource? publicPool, FederatedAveragingResult average, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        using TensorData? generated = publicPool is null ? FederatedPool.Generate(clients, average.Module, _generator, _options.OneShot) : null;
        using var ensemble = new PartialLabelEnsemble([.. average.ClientModels.Values.Select(model => model.AsMember())]);
        using Module<Tensor, Tensor> module =
            new FederatedFusion(_model, Fusion(publicPool)).Distill(average.Module, ensemble, publicPool ?? generated!, cancellationToken);
        using ITeacher teacher = Teacher.From(module);
        EvaluationReport report = Evaluator.Evaluate(teacher, test, cancellationToken: cancellationToken);
        FederatedComparisonRow row = Row(average, "FedDF", report);
        return row with
        {
            BytesSent = row.BytesSent + (generated is null ? 0 : FederatedPool.Bytes(generated)),
            Seconds = row.Seconds + clock.Elapsed.TotalSeconds,
        };
    }

    // Labels of a public pool are nobody's; those of generated samples are known from their parents.
    private FederatedFusionOptions Fusion(IDataSource? publicPool) =>
        publicPool is null ? _options.Fusion : _options.Fusion with { Labeling = _options.Fusion.Labeling with { KnownShare = 0 } };

    private IEnumerable<FederatedComparisonRow> InOnePlace(IReadOnlyList<IDataSource> clients, IDataSource test, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        IDataSource all = clients.Aggregate(Data.DataSourceExtensions.Concat);
        TrainerOptions training = _options.Central ?? _options.OneShot.PlainTraining ?? _options.OneShot.Training;
        using Module<Tensor, Tensor> module = OriginalTraining.Fit(_model, all, training, _options.OneShot.Seed, cancellationToken);
        double seconds = clock.Elapsed.TotalSeconds;
        using ITeacher teacher = Teacher.From(module);
        yield return FederatedComparisonRow.Of(Central, [Evaluator.Evaluate(teacher, test, cancellationToken: cancellationToken)]) with { Seconds = seconds };
    }

    private static FederatedComparisonRow Row(FederatedAveragingResult result, string name, EvaluationReport report) =>
        FederatedComparisonRow.Of(name, [report]) with
        {
            BytesSent = result.BytesSent,
            BytesReceived = result.BytesReceived,
            Rounds = result.Rounds.Count,
            Seconds = result.Elapsed.TotalSeconds,
        };
}
