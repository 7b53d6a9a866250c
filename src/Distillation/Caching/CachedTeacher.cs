using Distillation.Teachers;

namespace Distillation.Caching;

/// <summary>Asks another teacher once for each sample, and then remembers what it said, by <see cref="Batch.Indices"/>.</summary>
/// <remarks>
/// <para>It is right where a number stands for the same inputs each time. Where a data source gives other inputs for a number that is known (a transform by chance, or other data), it refuses:
/// one sample of each batch, another one each time, is compared with the digest of the inputs that the teacher saw (on a graphics processor one batch in 64, for the comparison has to wait for it).
/// Of a derived batch <see cref="Batch.Inputs"/> alone is compared.</para>
/// <para>A teacher whose parameters change is refused by <see cref="Fill"/>, and noticed after at most 10 000 batches, where it has a <see cref="ITeacher.Fingerprint"/>.</para>
/// <para>For views of samples that differ by chance, make them samples of their own, as <see cref="Generation.Originals"/> and its generators do, k for each: a number is then the same view in every epoch,
/// for teacher and student alike. Or use no cache.</para>
/// <para>What is given is always what is kept, the first time too. With outputs kept as they are, training ends with the same bits as with the teacher in the loop, as far as libtorch rounds a sample alike in every batch:
/// it does for layers of usual width and batches of one size, and may not for very narrow layers.</para>
/// </remarks>
public sealed class CachedTeacher : DelegatingTeacher
{
    private const long ComparedOnOtherDevices = 64;
    private const long FingerprintEvery = 10_000;

    private readonly IOutputStore _store;
    private readonly bool _owns;
    private readonly string? _fingerprint;
    private long _batches;

    /// <summary>Remembers for as long as this object lives.</summary>
    /// <param name="inner">The teacher that is asked; it stays the caller's, and must not change.</param>
    /// <param name="count">The number of samples of the data source: numbers are in [0, count).</param>
    /// <param name="options">What is kept, and how much of it in memory; the logits, in up to 1 GiB, if not given.</param>
    public CachedTeacher(ITeacher inner, long count, MemoryStoreOptions? options = null)
        : this(inner, new MemoryStore(count, options)) => _owns = true;

    /// <summary>Remembers in a store.</summary>
    /// <param name="inner">The teacher that is asked; it stays the caller's, and must not change.</param>
    /// <param name="store">What remembers; it stays the caller's. What it has already must be of this teacher.</param>
    public CachedTeacher(ITeacher inner, IOutputStore store)
        : base(inner) => (_store, _fingerprint) = (Require.Present(store), inner.Fingerprint());

    /// <summary>Gets the layers that are kept beside the logits; no others can be asked for.</summary>
    public override IReadOnlyCollection<Feature> AvailableFeatures => _store.Features;

    /// <summary>Gets the number of samples whose outputs are known.</summary>
    public long Filled => _store.Filled;

    /// <summary>Gets whether the outputs of all samples are known.</summary>
    internal bool IsFull => _store.Filled == _store.Count;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A layer is asked for that is not kept, or a number that is not in the store.</exception>
    /// <exception cref="InvalidOperationException">The inputs of a number are not those for which it is known, or the teacher has changed.</exception>
    public override ModelOutput Predict(Batch batch, FeatureSet features)
    {
        Require.Present(batch);
        RequireKept(Require.Present(features));
        ReadOnlySpan<long> samples = SampleNumbers.Of(batch.Indices);
        if (HasAll(samples))
        {
            Compare(batch, samples);
        }
        else
        {
            SampleNumbers.RequireWithin(samples, _store.Count);
            Ask(batch, samples);
        }

        ModelOutput output = _store.Read(batch.Indices, features);
        return output.Logits.device_type == batch.Inputs.device_type && output.Logits.device_index == batch.Inputs.device_index ? output : To(batch.Inputs.device, output);
    }

    /// <summary>Asks for all samples that are not known yet. Stopped, it goes on where it was when it is called again.</summary>
    /// <param name="data">The samples, as many as the store is for.</param>
    /// <param name="batchSize">How many are asked for at once; positive. That of the training, 64 if it has its own default, gives the same bits as the teacher in the loop.</param>
    /// <param name="device">Where the teacher is; the batches stay where they are read if not given.</param>
    /// <param name="progress">Is told the share that is known, on this thread.</param>
    /// <param name="cancellationToken">Ends it between two batches; what is known stays known.</param>
    /// <exception cref="ArgumentException">The data has another number of samples than the store is for.</exception>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public void Fill(IDataSource data, int batchSize = 64, torch.Device? device = null, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        Require.Present(data);
        Require.Positive(batchSize);
        if (data.Count != _store.Count)
        {
            throw new ArgumentException($"The store is for {_store.Count} samples, but the data has {data.Count}.", nameof(data));
        }

        RequireUnchanged();
        try
        {
            foreach (long[] missing in Missing().Chunk(batchSize))
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var scope = torch.NewDisposeScope();
                Batch batch = data.Read(torch.tensor(missing));
                Ask(device is null ? batch : batch.To(device), missing);
                progress?.Report((double)_store.Filled / _store.Count);
            }
        }
        finally
        {
            _store.Flush();
        }
    }

    /// <inheritdoc/>
    public override string? Fingerprint() => Inner.Fingerprint();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_owns)
        {
            _store.Dispose();
        }

        base.Dispose(disposing);
    }

    private static ModelOutput To(torch.Device device, ModelOutput output) =>
        new(output.Logits.to(device), output.Features.ToDictionary(feature => feature, feature => output[feature].to(device)));

    private IEnumerable<long> Missing()
    {
        for (long sample = 0; sample < _store.Count; sample++)
        {
            if (!_store.Contains(sample))
            {
                yield return sample;
            }
        }
    }

    private bool HasAll(ReadOnlySpan<long> samples)
    {
        foreach (long sample in samples)
        {
            if (!_store.Contains(sample))
            {
                return false;
            }
        }

        return true;
    }

    private void Ask(Batch batch, ReadOnlySpan<long> samples)
    {
        ulong[] digests = InputDigest.OfAll(batch);
        for (int row = 0; row < digests.Length; row++)
        {
            if (_store.Contains(samples[row]))
            {
                RequireSame(samples[row], digests[row]);
            }
        }

        using var scope = torch.NewDisposeScope();
        _store.Write(samples, digests, Inner.Predict(batch, _store.Needed));
    }

    private void Compare(Batch batch, ReadOnlySpan<long> samples)
    {
        long number = _batches++;
        if (number % FingerprintEvery == FingerprintEvery - 1)
        {
            RequireUnchanged();
        }

        if (batch.Inputs.device_type != DeviceType.CPU)
        {
            if (number % ComparedOnOtherDevices != 0)
            {
                return;
            }

            number /= ComparedOnOtherDevices;
        }

        long row = number % batch.Count;
        RequireSame(samples[(int)row], InputDigest.Of(batch, row));
    }

    private void RequireUnchanged()
    {
        if (Inner.Fingerprint() != _fingerprint)
        {
            throw new InvalidOperationException("The teacher is another one than when its outputs were kept: its parameters have changed. Make a new cache.");
        }
    }

    private void RequireSame(long sample, ulong digest)
    {
        if (_store.InputDigest(sample) is { } known && known != digest)
        {
            throw new InvalidOperationException(
                $"Sample {sample} has other inputs than those for which the teacher's outputs were kept: other data, or a transform by chance. Make each view a sample of its own, or use the teacher without a cache.");
        }
    }

    private void RequireKept(FeatureSet features)
    {
        if (features.Count > 0 && features.FirstOrDefault(feature => !_store.Features.Contains(feature)) is { Path: not null } missing)
        {
            throw new ArgumentException($"Layer '{missing}' is not kept. The cache keeps: {(_store.Features.Count == 0 ? "the logits alone" : _store.Features)}. Name it where the cache is made.", nameof(features));
        }
    }
}
