using System.Diagnostics;
using Distillation.Evaluation;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>Scattered data: several clients that keep their samples to themselves, and learn from each other's models.</summary>
/// <remarks>
/// Each client trains an original of its own samples, and makes new samples of them; the originals of all, as a <see cref="PartialLabelEnsemble"/>, label new
/// samples; each trains a new original on its own samples and on those. It is <see cref="FederatedClient"/>'s steps, one after the other, for all clients in
/// one process.
/// </remarks>
public sealed class FederatedDistillation
{
    private readonly Func<Module<Tensor, Tensor>> _original;
    private readonly ISampleGenerator _generator;
    private readonly FederatedOptions _options;

    /// <summary>Puts it together.</summary>
    /// <param name="original">
    /// Makes a new original, from inputs [N, ...] to logits [N, C] of all classes, with weights from libtorch's generator. How many classes there are, its
    /// logits say.
    /// </param>
    /// <param name="generator">Makes new samples.</param>
    /// <param name="options">How; the defaults if not given.</param>
    public FederatedDistillation(Func<Module<Tensor, Tensor>> original, ISampleGenerator generator, FederatedOptions? options = null)
    {
        _original = Require.Present(original);
        _generator = Require.Present(generator);
        _options = options ?? new FederatedOptions();
    }

    /// <summary>Gets samples of the same kind that all clients may see, whose labels are not used.</summary>
    /// <value>
    /// The default value is <see langword="null"/>: clients generate samples. With a pool no sample is generated: all models together label it once, and every
    /// client learns from it beside its own samples. It is useful where models alone are exchanged: samples that a client generates do not reach classes that
    /// it lacks.
    /// </value>
    public IDataSource? PublicPool { get; init; }

    /// <summary>Runs it.</summary>
    /// <param name="clients">The labeled samples of each client: class ids as labels. At least two.</param>
    /// <param name="test">Labeled samples for the reports, from which nothing learns; without them there are none.</param>
    /// <param name="progress">Receives the share that is done, on this thread.</param>
    /// <param name="cancellationToken">Cancels the run.</param>
    /// <returns>The models and the reports; the caller disposes them.</returns>
    /// <exception cref="ArgumentException">There are fewer than two clients.</exception>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public FederatedDistillationResult Run(
        IReadOnlyList<IDataSource> clients,
        IDataSource? test = null,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        IDataSource[] sources = [.. Require.Present(clients).Select(source => Require.Present(source, nameof(clients)))];
        if (sources.Length < 2)
        {
            throw new ArgumentException($"There must be at least two clients to learn from each other, but there are {sources.Length}.", nameof(clients));
        }

        var owned = new List<IDisposable>();
        var clock = Stopwatch.StartNew();
        try
        {
            FederatedClient[] all = [.. sources.Select((source, number) => new FederatedClient(number, _original, source, _generator, _options))];
            FederatedModel[] before = ForEach(number => all[number].Train(cancellationToken), 0);
            double seconds = clock.Elapsed.TotalSeconds;
            var teacher = new PartialLabelEnsemble([.. before.Select(model => model.AsMember())]);
            using TensorData? made = PublicPool is null && _options.Exchange == FederatedExchange.ModelsAndSamples
                ? FederatedPool.Generate(sources, before[0].Module, _generator, _options)
                : null;
            using TensorData? shared = (PublicPool ?? made) is { } pool ? FederatedClient.Label(teacher, [pool], Labeling) : null;
            FederatedModel[] after = ForEach(
                number => shared is null
                    ? Alone(all[number], sources, number, before[number], teacher, cancellationToken)
                    : all[number].TrainWith(shared, cancellationToken),
                0.5);
            return new(
                _options.Exchange,
                [
                    .. before.Zip(after, (first, second) => new FederatedClientResult
                    {
                        Before = first,
                        After = second,
                        ReportBefore = Evaluate(first.Teacher),
                        ReportAfter = Evaluate(second.Teacher),
                    }),
                ],
                teacher,
                Evaluate(teacher),
                owned)
            {
                BytesSent = before.Sum(model => FederatedPool.Bytes(model.Module)) + (made is null ? 0 : FederatedPool.Bytes(made)),
                TrainingSeconds = seconds,
            };
        }
        catch
        {
            owned.ForEach(made => made.Dispose());
            throw;
        }

        FederatedModel[] ForEach(Func<int, FederatedModel> make, double done)
        {
            var models = new FederatedModel[sources.Length];
            for (int number = 0; number < models.Length; number++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                owned.Add(models[number] = make(number));
                progress?.Report(done + (0.5 * (number + 1) / models.Length));
            }

            return models;
        }

        EvaluationReport? Evaluate(ITeacher model) => test is null ? null : Evaluator.Evaluate(model, test, cancellationToken: cancellationToken);
    }

    // The labels of a public pool are nobody's.
    private FederatedOptions Labeling =>
        PublicPool is null ? _options : _options with { Labeling = (_options.Labeling ?? new LabelingOptions()) with { KnownShare = 0 } };

    private FederatedModel Alone(
        FederatedClient client,
        IDataSource[] sources,
        int number,
        FederatedModel before,
        PartialLabelEnsemble teacher,
        CancellationToken cancellationToken)
    {
        long count = FederatedPool.Part(sources, number, _options);
        using TensorData made = client.Generate(FederatedPool.ClassesOf(before.Module, sources[number]), count);
        using TensorData pool = client.Label(teacher, made);
        return client.TrainWith(pool, cancellationToken);
    }
}
