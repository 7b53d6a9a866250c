using Distillation.Data;

namespace Distillation.SmallData;

/// <summary>A small data set, whole in memory, as generators see it.</summary>
/// <remarks>It caches what generators compute of it; disposal releases the cache and the copy of the data.</remarks>
public sealed class LabeledSamples : IDisposable
{
    private readonly Dictionary<object, Tensor> _remembered = [];
    private Tensor? _oneHot;

    /// <summary>Reads a data source whole.</summary>
    /// <param name="source">Inputs [M, ...] of a floating type, labels [M] class ids or none.</param>
    /// <param name="classes">The number of classes, C; one more than the largest label if not given.</param>
    /// <exception cref="ArgumentException">
    /// The inputs are not of a floating type, the labels are no class ids, or one of them is not below <paramref name="classes"/>.
    /// </exception>
    /// <exception cref="NotSupportedException">The batches carry more than inputs and labels.</exception>
    public LabeledSamples(IDataSource source, long? classes = null)
    {
        Require.Present(source);
        using var scope = torch.NewDisposeScope();
        Batch all = source.Read(KeptAliveScalar.Arange(0, source.Count));
        PlainBatch.Require(all, nameof(LabeledSamples));
        if (!torch.is_floating_point(all.Inputs))
        {
            throw new ArgumentException($"Inputs must be of a floating type, but are {all.Inputs.dtype}. Convert them first.", nameof(source));
        }

        Inputs = all.Inputs.detach().clone().MoveToOuterDisposeScope().DetachFromDisposeScope();
        Count = source.Count;
        if (all.Labels is not { } labels)
        {
            Classes = classes is { } known ? Require.Positive(known) : 0;
            return;
        }

        if (labels.dim() != 1 || !torch.is_integral(labels))
        {
            throw new ArgumentException(
                $"Labels must be class ids [M] of an integer type, but are {Distillation.Shapes.Of(labels)} {labels.dtype}. Generators, teachers and recipes "
                + "are for one class of several: regression targets and several labels a sample are not supported.",
                nameof(source));
        }

        (long least, long most) = (labels.min().to(torch.ScalarType.Int64).item<long>(), labels.max().to(torch.ScalarType.Int64).item<long>());
        Classes = classes is { } given ? Require.Positive(given) : most + 1;
        if (least < 0 || most >= Classes)
        {
            throw new ArgumentException($"Labels must be in [0, {Classes - 1}], but one is {(least < 0 ? least : most)}.", nameof(source));
        }

        Labels = labels.to(torch.ScalarType.Int64).clone().MoveToOuterDisposeScope().DetachFromDisposeScope();
    }

    /// <summary>Gets the inputs, [M, ...].</summary>
    public Tensor Inputs { get; }

    /// <summary>Gets the class ids, [M] int64; <see langword="null"/> where there are none.</summary>
    public Tensor? Labels { get; }

    /// <summary>Gets the number of samples, M.</summary>
    public long Count { get; }

    /// <summary>Gets the number of classes, C; 0 where there are no labels and no number was given.</summary>
    public long Classes { get; }

    /// <summary>Gets the class ids as probabilities, [M, C]: a one, and zeros.</summary>
    /// <exception cref="InvalidOperationException">There are no labels.</exception>
    public Tensor OneHotLabels => _oneHot ??= torch.nn.functional.one_hot(RequireLabels(), Classes).to(Inputs.dtype).DetachFromDisposeScope();

    /// <summary>Gets the labels of data that must have them.</summary>
    /// <returns>The class ids, [M] int64.</returns>
    /// <exception cref="InvalidOperationException">There are no labels.</exception>
    public Tensor RequireLabels() => Labels ?? throw new InvalidOperationException("The generator needs labels, and the originals have none.");

    /// <summary>Computes something of the whole data once.</summary>
    /// <param name="key">What it is: a value that equals itself, such as a record with the generator's options.</param>
    /// <param name="compute">Computes it.</param>
    /// <returns>The tensor, kept until disposal; the caller does not dispose it.</returns>
    public Tensor GetOrAdd(object key, Func<LabeledSamples, Tensor> compute)
    {
        Require.Present(key);
        Require.Present(compute);
        if (!_remembered.TryGetValue(key, out Tensor? value))
        {
            using var scope = torch.NewDisposeScope();
            using var noGradient = torch.no_grad();
            _remembered[key] = value = compute(this).MoveToOuterDisposeScope().DetachFromDisposeScope();
        }

        return value;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor value in _remembered.Values)
        {
            value.Dispose();
        }

        _remembered.Clear();
        _oneHot?.Dispose();
        Labels?.Dispose();
        Inputs.Dispose();
    }
}
