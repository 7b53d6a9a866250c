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

    /// <summary>Runs it.</summary>
    /// <param name="clients">The labeled samples of each client: class ids as labels. At least two.</param>
    /// <param name="test">Labeled samples for the reports, from which nothing learns; without them there are none.</param>
    /// <param name="progress">Receives the share that is done, on this thread.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The models and the reports; the caller disposes them.</returns>
    /// <exception cref="ArgumentException">There are fewer than two clients.</exception>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public FederatedDistillationResult Run(
        IReadOnlyList<IDataSource> clients, IDataSource? test = null, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        IDataSource[] sources = [.. Require.Present(clients).Select(source => Require.Present(source, nameof(clients)))];
        if (sources.Length < 2)
        {
            throw new ArgumentException($"There must be at least two clients to learn from each other, but there are {sources.Length}.", nameof(clients));
        }

        var owned = new List<IDisposable>();
        try
        {
            FederatedClient[] all = [.. sources.Select((source, number) => new FederatedClient(number, _original, source, _generator, _options))];
            FederatedModel[] before = ForEach(number => all[number].Train(cancellationToken), 0);
            var teacher = new PartialLabelEnsemble([.. before.Select(model => model.AsMember())]);
            using TensorData? shared = _options.Exchange == FederatedExchange.ModelsAndSamples ? Share(all, sources, before, teacher) : null;
            FederatedModel[] after = ForEach(
                number => shared is null
                    ? Alone(all[number], sources[number], before[number], teacher, cancellationToken)
                    : all[number].TrainWith(shared, cancellationToken),
                0.5);
            return new(
                _options.Exchange,
                [.. before.Zip(after, (first, second) => new FederatedClientResult(first, second, Evaluate(first.Teacher), Evaluate(second.Teacher)))],
                teacher,
                Evaluate(teacher),
                owned);
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

    private static FederatedModel Alone(
        FederatedClient client, IDataSource source, FederatedModel before, PartialLabelEnsemble teacher, CancellationToken cancellationToken)
    {
        using TensorData made = client.Generate(ClassesOf(before, source));
        using TensorData pool = client.Label(teacher, made);
        return client.TrainWith(pool, cancellationToken);
    }

    private TensorData Share(FederatedClient[] all, IDataSource[] sources, FederatedModel[] before, PartialLabelEnsemble teacher)
    {
        var made = new List<TensorData>();
        try
        {
            for (int number = 0; number < all.Length; number++)
            {
                long count = Math.Max((_options.MinPoolSize + all.Length - 1) / all.Length, _options.PoolFactor * sources[number].Count);
                made.Add(all[number].Generate(ClassesOf(before[number], sources[number]), count));
            }

            return FederatedClient.Label(teacher, made, _options);
        }
        finally
        {
            made.ForEach(samples => samples.Dispose());
        }
    }

    // As many as the model has logits.
    private static long ClassesOf(FederatedModel model, IDataSource source)
    {
        using var scope = torch.NewDisposeScope();
        return model.Teacher.Predict(source.Read(torch.tensor([0L])), FeatureSet.None).Logits.size(1);
    }
}
