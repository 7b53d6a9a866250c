using System.Globalization;

namespace Distillation.Caching;

/// <summary>Keeps outputs for as long as the process lives: in memory or, where they are too many, in a temporary file.</summary>
public sealed class MemoryStore : IOutputStore
{
    private readonly MemoryStoreOptions _options;
    private readonly ulong[] _digests;
    private readonly bool[] _has;
    private Column? _logits;
    private Dictionary<Feature, Column> _layers = [];

    /// <summary>Creates an empty store.</summary>
    /// <param name="count">The number of samples that it is for; positive, and at most the length of an array.</param>
    /// <param name="options">What it keeps; the defaults if not given.</param>
    public MemoryStore(long count, MemoryStoreOptions? options = null)
    {
        Count = Require.InRange(count, 1, Array.MaxLength);
        _options = options ?? new MemoryStoreOptions();
        _digests = new ulong[count];
        _has = new bool[count];
    }

    /// <inheritdoc/>
    public long Count { get; }

    /// <inheritdoc/>
    public long Filled { get; private set; }

    /// <inheritdoc/>
    public FeatureSet Features => _options.Features;

    /// <summary>Gets whether the outputs are in a file; <see langword="false"/> until the first are written.</summary>
    public bool IsSpilled { get; private set; }

    /// <inheritdoc/>
    public bool Contains(long sample) => sample >= 0 && sample < Count && _has[sample];

    /// <inheritdoc/>
    public ulong? InputDigest(long sample) => _digests[Known(sample)];

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The numbers and digests are not of the same samples, or a number is outside of the store.</exception>
    /// <exception cref="InvalidOperationException">
    /// The outputs are not of as many samples, have another shape than those before, or do not fit in float16.
    /// </exception>
    /// <exception cref="IOException">They are kept in a file, and it cannot be written.</exception>
    public void Write(ReadOnlySpan<long> samples, ReadOnlySpan<ulong> inputDigests, ModelOutput output)
    {
        Require.Present(output);
        SampleNumbers.RequireWithin(samples, Count);
        if (inputDigests.Length != samples.Length)
        {
            throw new ArgumentException(
                $"There must be as many digests as numbers of samples, but there are {inputDigests.Length} and {samples.Length}.", nameof(inputDigests));
        }

        if (samples.IsEmpty)
        {
            return;
        }

        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        _logits ??= MakeColumns(output);

        // All are checked before any is written.
        long count = samples.Length;
        Tensor logits = _logits.Kept(output.Logits, count);
        Dictionary<Feature, Tensor> layers = _layers.ToDictionary(layer => layer.Key, layer => layer.Value.Kept(output[layer.Key], count));
        _logits.Write(samples, logits);
        foreach ((Feature feature, Column layer) in _layers)
        {
            layer.Write(samples, layers[feature]);
        }

        for (int i = 0; i < samples.Length; i++)
        {
            Filled += _has[samples[i]] ? 0 : 1;
            (_has[samples[i]], _digests[samples[i]]) = (true, inputDigests[i]);
        }
    }

    /// <inheritdoc/>
    public ModelOutput Read(Tensor samples, FeatureSet features)
    {
        Require.Present(features);
        ReadOnlySpan<long> numbers = SampleNumbers.Of(Require.Present(samples));
        foreach (long number in numbers)
        {
            _ = Known(number);
        }

        Column logits = _logits ?? throw new KeyNotFoundException("The store has no outputs yet.");
        using var noGradient = torch.no_grad();
        return new ModelOutput(
            logits.Read(samples), features.Count == 0 ? null : features.ToDictionary(feature => feature, feature => _layers[feature].Read(samples)));
    }

    /// <inheritdoc/>
    public void Flush()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _logits?.Dispose();
        foreach (Column layer in _layers.Values)
        {
            layer.Dispose();
        }
    }

    private Column MakeColumns(ModelOutput output)
    {
        Tensor[] all = [output.Logits, .. Features.Select(feature => output[feature])];
        double bytes = all.Sum(one => (double)Count * one[0].numel() * (_options.HalfPrecision ? 2 : one.element_size()));
        IsSpilled = bytes > _options.Budget;
        var columns = new List<Column>();
        try
        {
            foreach (Tensor one in all)
            {
                columns.Add(new(one, _options.HalfPrecision, kept => IsSpilled ? new FileRows(_options.SpillDirectory, kept) : new TensorRows(Count, kept)));
            }
        }
        catch
        {
            columns.ForEach(column => column.Dispose());
            throw;
        }

        _layers = Features.Zip(columns.Skip(1)).ToDictionary();
        return columns[0];
    }

    private long Known(long sample) => Contains(sample) ? sample : throw new KeyNotFoundException($"Sample {sample} is not in the store.");

    /// <summary>The outputs of one layer.</summary>
    private sealed class Column : IDisposable
    {
        private readonly long[] _shape;
        private readonly torch.ScalarType _dtype;
        private readonly bool _halves;
        private readonly IRows _rows;

        public Column(Tensor first, bool halfPrecision, Func<Tensor, IRows> rowsFor)
        {
            (_shape, _dtype) = (first.shape[1..], first.dtype);
            _halves = halfPrecision && torch.is_floating_point(first) && first.element_size() > 2;
            using Tensor kept = Narrowed(first);
            _rows = rowsFor(kept);
        }

        /// <summary>Returns values as they are kept, in the current dispose scope.</summary>
        public Tensor Kept(Tensor values, long samples)
        {
            if (!values.shape.AsSpan().SequenceEqual([samples, .. _shape]) || values.dtype != _dtype)
            {
                throw new InvalidOperationException(
                    $"All samples must have outputs of one shape and type, but of {samples} samples they should be "
                    + $"[{string.Join(", ", [samples, .. _shape])}] {_dtype} and are {Shapes.Of(values)} {values.dtype}.");
            }

            Tensor kept = Narrowed(values);
            if (_halves && kept.isinf().logical_and(values.isinf().logical_not()) is var lost && lost.any().item<bool>())
            {
                throw new InvalidOperationException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"An output of {values.masked_select(lost).abs().max().to(torch.ScalarType.Float64).item<double>()} does not fit in float16, "
                    + $"which ends at 65504. Keep the outputs as they are, without {nameof(MemoryStoreOptions.HalfPrecision)}."));
            }

            return kept;
        }

        public void Write(ReadOnlySpan<long> samples, Tensor kept) => _rows.Write(samples, kept);

        public Tensor Read(Tensor samples)
        {
            Tensor kept = _rows.Read(samples);
            return _halves ? kept.to(_dtype, disposeAfter: true) : kept;
        }

        public void Dispose() => _rows.Dispose();

        private Tensor Narrowed(Tensor values) => _halves ? values.to(torch.ScalarType.Float16) : values.alias();
    }
}
