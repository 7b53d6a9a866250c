using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>
/// A part of scattered data, of which no sample leaves it: trains a model, makes new samples, and trains a better model with what the other parts know.
/// </summary>
/// <remarks>
/// Each step is on its own, so that clients can be in separate processes that exchange files: <see cref="FederatedModel.Save"/>, <see cref="SampleFile.Save"/>.
/// <see cref="FederatedDistillation"/> is all steps of all clients in one process.
/// </remarks>
public sealed class FederatedClient
{
    private readonly int _seed;
    private readonly Func<Module<Tensor, Tensor>> _original;
    private readonly IDataSource _samples;
    private readonly ISampleGenerator _generator;
    private readonly FederatedOptions _options;

    /// <summary>Takes a part of the data.</summary>
    /// <param name="number">Its number among all, from 0: the chance of each is its own.</param>
    /// <param name="original">Makes a new model, from inputs [N, ...] to logits [N, C] of all classes, with weights from libtorch's generator.</param>
    /// <param name="samples">Its labeled samples: class ids as labels. Only this object reads them.</param>
    /// <param name="generator">Makes new samples.</param>
    /// <param name="options">How; the defaults if not given.</param>
    public FederatedClient(int number, Func<Module<Tensor, Tensor>> original, IDataSource samples, ISampleGenerator generator, FederatedOptions? options = null)
    {
        Require.NotNegative(number);
        _original = Require.Present(original);
        _samples = Require.Present(samples);
        _generator = Require.Present(generator);
        _options = options ?? new FederatedOptions();
        _seed = unchecked((int)SplitMix64.Mix(_options.Seed, number));
    }

    /// <summary>Trains a model on the client's samples alone.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The model, for the others; the caller disposes it.</returns>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public FederatedModel Train(CancellationToken cancellationToken = default)
    {
        using var originals = new LabeledSamples(_samples);
        return Train(originals, Labeled(originals), _options.PlainTraining ?? _options.Training, cancellationToken);
    }

    /// <summary>Creates new samples of the client's own ones.</summary>
    /// <param name="classes">The number of classes of all clients, C: as many as the model has logits.</param>
    /// <param name="count">How many; by <see cref="FederatedOptions.PoolFactor"/> and <see cref="FederatedOptions.MinPoolSize"/> if not given.</param>
    /// <returns>The samples with their parents' labels as probabilities [N, C]; the caller disposes them.</returns>
    /// <remarks>
    /// Samples that a generator makes by small changes still resemble their parents. To give them away is to give surrogates away; it is no privacy.
    /// </remarks>
    public TensorData Generate(long classes, long? count = null)
    {
        using var originals = new LabeledSamples(_samples, Require.Positive(classes));
        return originals.Generate(_generator, count ?? Math.Max(_options.MinPoolSize, _options.PoolFactor * originals.Count), _seed).InMemory();
    }

    /// <summary>Has samples labeled by the models of all clients.</summary>
    /// <param name="teacher">The models of all as one: a <see cref="PartialLabelEnsemble"/>.</param>
    /// <param name="samples">Samples that <see cref="Generate"/> has made, here and, where samples are exchanged, elsewhere.</param>
    /// <returns>All of them with probabilities [N, C] as labels; the caller disposes them.</returns>
    public TensorData Label(ITeacher teacher, params IReadOnlyList<IDataSource> samples) => Label(teacher, samples, _options);

    /// <summary>Trains a new model on the client's samples and on labeled new ones.</summary>
    /// <param name="pool">The new samples, with probabilities as labels.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public FederatedModel TrainWith(IDataSource pool, CancellationToken cancellationToken = default)
    {
        Require.Present(pool);
        using var originals = new LabeledSamples(_samples);
        return Train(originals, Labeled(originals).TogetherWith(pool, _options.PoolShare), _options.Training, cancellationToken);
    }

    internal static TensorData Label(ITeacher teacher, IReadOnlyList<IDataSource> samples, FederatedOptions options)
    {
        Require.Present(teacher);
        IDataSource[] given = [.. Require.Present(samples).Select(each => Require.Present(each, nameof(samples)))];
        if (given.Length == 0)
        {
            throw new ArgumentException("There must be samples to label.", nameof(samples));
        }

        LabelingOptions labeling = options.Labeling ?? new LabelingOptions { KnownShare = options.Exchange == FederatedExchange.ModelsAndSamples ? 0.5 : 0 };
        return given.Aggregate(Data.DataSourceExtensions.Concat).LabeledBy(teacher, labeling).InMemory();
    }

    private static TensorData Labeled(LabeledSamples originals) => new(originals.Inputs, originals.RequireLabels());

    private static Dictionary<long, long> CountsOf(LabeledSamples originals)
    {
        using var scope = torch.NewDisposeScope();
        return originals.RequireLabels().cpu().data<long>().ToArray().CountBy(id => id).ToDictionary(pair => pair.Key, pair => (long)pair.Value);
    }

    private FederatedModel Train(LabeledSamples originals, IDataSource samples, TrainerOptions training, CancellationToken cancellationToken) =>
        new(OriginalTraining.Fit(_original, samples, training, _seed, cancellationToken), CountsOf(originals));
}
