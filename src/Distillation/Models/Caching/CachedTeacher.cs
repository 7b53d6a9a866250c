using Distillation.Models;

namespace Distillation.Caching;

/// <summary>Runs another teacher once for each sample, and stores its outputs by <see cref="Batch.Indices"/>.</summary>
/// <remarks>
/// <para>
/// It is right where a number stands for the same inputs each time. Where a data source returns other inputs for a number that is known (a transform by chance,
/// or other data), it refuses: one sample of each batch, another one each time, is compared with the digest of the inputs that the teacher saw (on a graphics
/// processor one batch in 64, for the comparison has to wait for it). Of a derived batch <see cref="Batch.Inputs"/> alone is compared.
/// </para>
/// <para>
/// A teacher whose parameters change is refused by <see cref="Fill"/>, and noticed after at most 10 000 batches, where it has a
/// <see cref="ITeacher.Fingerprint"/>.
/// </para>
/// <para>
/// For views of samples that differ by chance, make them samples of their own, k for each, as the generators of Distillation.SmallData do: a number is then the
/// same view in every epoch, for teacher and student alike. Or use no cache.
/// </para>
/// <para>
/// What is given is always what is kept, the first time too. With outputs kept as they are, training ends with the same bits as with the teacher in the loop
/// where the processor's kernels round a sample alike at every place in a batch; <c>docs/teacher-outputs.md</c> lists where they do. In the order of the data,
/// <see cref="SampleOrder.Sequential"/>, it does everywhere, after a <see cref="Fill"/> with the batch size of the run.
/// </para>
/// </remarks>
public sealed partial class CachedTeacher : DelegatingTeacher
{
    private const long ComparedOnOtherDevices = 64;
    private const long FingerprintEvery = 10_000;
    private const int Named = 8;

    private readonly IOutputStore _store;
    private readonly bool _owns;
    private readonly string? _fingerprint;
    private long _batches;

    /// <summary>Keeps outputs in memory until disposal.</summary>
    /// <param name="inner">The teacher that is cached, which must not change; the caller disposes it.</param>
    /// <param name="count">The number of samples of the data source: numbers are in [0, count).</param>
    /// <param name="options">What is kept, and how much of it in memory; the logits, in up to 1 GiB, if not given.</param>
    public CachedTeacher(ITeacher inner, long count, MemoryStoreOptions? options = null)
        : this(inner, new MemoryStore(count, options)) => _owns = true;

    /// <summary>Keeps outputs in a store.</summary>
    /// <param name="inner">The teacher that is cached, which must not change; the caller disposes it.</param>
    /// <param name="store">The store; the caller disposes it. Outputs that it has already must be of this teacher.</param>
    public CachedTeacher(ITeacher inner, IOutputStore store)
        : base(inner) => (_store, _fingerprint) = (Require.Present(store), inner.Fingerprint());

    /// <summary>Gets the layers that are kept beside the logits; no others can be required.</summary>
    public override IReadOnlyCollection<Feature> AvailableFeatures => _store.Features;

    /// <summary>Gets the number of samples whose outputs are known.</summary>
    public long Filled => _store.Filled;

    /// <summary>Refuses data of which some samples have no place in a cache of the teacher.</summary>
    /// <exception cref="ArgumentException">There are more samples than places.</exception>
    internal static void RequireRoom(ITeacher teacher, IDataSource data, string argument)
    {
        if (PartsOf(teacher).OfType<CachedTeacher>().FirstOrDefault(cache => cache._store.Count < data.Count) is { } small)
        {
            throw new ArgumentException(
                $"The cache of the teacher's outputs is for {small._store.Count} samples, but the data has {data.Count}. "
                + "Make the cache for as many samples as the data has.",
                argument);
        }
    }

    /// <summary>Gets whether the outputs of all samples are known.</summary>
    internal bool IsFull => _store.Filled == _store.Count;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A required layer is not kept, or a number is not in the store.</exception>
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
            Compute(batch, samples, Cancellation);
        }

        ModelOutput output = _store.Read(batch.Indices, features);
        return output.Logits.device_type == batch.Inputs.device_type && output.Logits.device_index == batch.Inputs.device_index
            ? output
            : To(batch.Inputs.device, output);
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

    private void Compute(Batch batch, ReadOnlySpan<long> samples, CancellationToken cancellationToken)
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
        try
        {
            _store.Write(samples, digests, FullBatch.Predict(Inner, batch, _store.Needed, cancellationToken));
        }
        catch (PartialOutputException partial) when (IsOfInner(partial))
        {
            Keep(partial, samples, digests);
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
        catch (OperationCanceledException ended) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("The teacher ended a batch as canceled, but the token is not canceled: a time limit of its own has passed.", ended);
        }
    }

    private void Keep(PartialOutputException partial, ReadOnlySpan<long> samples, ulong[] digests)
    {
        long[] known = new long[partial.Rows.Count];
        ulong[] inputs = new ulong[partial.Rows.Count];
        for (int i = 0; i < known.Length; i++)
        {
            int row = Require.InRange(partial.Rows[i], 0, samples.Length - 1, nameof(PartialOutputException.Rows));
            (known[i], inputs[i]) = (samples[row], digests[row]);
        }

        _store.Write(known, inputs, partial.Output!);
    }

    private bool IsOfInner(PartialOutputException partial) => ReferenceEquals(partial.Teacher, Inner);

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
                $"Sample {sample} has other inputs than those for which the teacher's outputs were kept: other data, or a transform by chance. "
                + "Make each view a sample of its own, or use the teacher without a cache.");
        }
    }

    private void RequireKept(FeatureSet features)
    {
        if (features.Count > 0 && features.FirstOrDefault(feature => !_store.Features.Contains(feature)) is { Path: not null } missing)
        {
            throw new ArgumentException(
                $"Layer '{missing}' is not kept. The cache keeps: {(_store.Features.Count == 0 ? "the logits alone" : _store.Features)}. "
                + "Name it where the cache is made.",
                nameof(features));
        }
    }
}
