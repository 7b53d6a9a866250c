using System.Diagnostics;
using Distillation.Caching;

namespace Distillation.Arrow;

/// <summary>
/// A teacher's outputs on disk: a directory of Arrow files, which several processes may fill at once, and from which samples are read in any order through a
/// memory map.
/// </summary>
/// <remarks>
/// <para>
/// Outputs are on disk after <see cref="Flush"/>, after <see cref="Dispose"/>, and whenever <see cref="ArrowStoreOptions.RowsPerFlush"/> of them or 64 MiB have
/// come together, or <see cref="ArrowStoreOptions.FlushInterval"/> has passed; what a process that is killed had not written is lost, and nothing else is.
/// Where a sample is in several files, the newest holds.
/// </para>
/// <para>
/// Reading returns the logits and layers in the type of the teacher's output, rounded to what was kept. Of lists of the likeliest classes the logits are the
/// log-probabilities, those of the other classes all alike, with the probability that remained for them; and the lists themselves, as layers
/// <see cref="Losses.SparseTargetLoss.Indices"/>, int64, and <see cref="Losses.SparseTargetLoss.LogProbabilities"/>.
/// </para>
/// <para>
/// Opening reads the description of each file, its number of bytes and its numbers of samples, and checks them; <see cref="Verify"/> reads everything.
/// </para>
/// <para>The layout of the files is in <c>docs/teacher-outputs.md</c>, so that other programs can write and read them.</para>
/// </remarks>
public sealed class ArrowOutputStore : IOutputStore
{
    private const long ShardBytes = 64L << 20;

    private readonly string _folder;
    private readonly ArrowStoreOptions _options;
    private readonly bool _writes;
    private SampleIndex? _index;
    private long _flushed = Stopwatch.GetTimestamp();
    private bool _disposed;

    private ArrowOutputStore(string folder, long count, string fingerprint, ArrowStoreOptions options, bool writes)
    {
        _folder = folder;
        Count = count;
        Fingerprint = fingerprint;
        _options = options;
        _writes = writes;
        Features = StoreLayout.FeaturesOf(options.Representation, options.Layers);
    }

    /// <inheritdoc/>
    public long Count { get; }

    /// <inheritdoc/>
    public long Filled => _index?.Filled ?? 0;

    /// <summary>Gets the fingerprint of the teacher, the data and the transforms of the outputs.</summary>
    public string Fingerprint { get; }

    /// <summary>Gets how the logits stand on disk.</summary>
    public OutputRepresentation Representation => _options.Representation;

    /// <inheritdoc/>
    /// <remarks>Of a store of lists the two layers of the lists are among them.</remarks>
    public FeatureSet Features { get; }

    /// <inheritdoc/>
    public FeatureSet Needed => _options.Layers;

    private SampleIndex Index => _index ?? throw new KeyNotFoundException($"The store in '{_folder}' has no outputs yet.");

    /// <summary>Opens a store to fill it and to read from it; makes one where there is none.</summary>
    /// <param name="directory">The directory, which is made if it is not there.</param>
    /// <param name="count">The number of samples; positive.</param>
    /// <param name="fingerprint">Which teacher, data and transforms the outputs are of, in any words. A store of another fingerprint is refused.</param>
    /// <param name="options">What is kept, and how; the default keeps the logits in float32.</param>
    /// <returns>The store; the caller disposes it.</returns>
    /// <exception cref="InvalidDataException">
    /// The store there is of another fingerprint, for another number of samples or with other options, or is damaged; the message has which.
    /// </exception>
    /// <exception cref="IOException">The directory cannot be read or made.</exception>
    /// <exception cref="UnauthorizedAccessException">The system does not allow it.</exception>
    public static ArrowOutputStore Open(string directory, long count, string fingerprint, ArrowStoreOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentException.ThrowIfNullOrEmpty(fingerprint);
        var store = new ArrowOutputStore(directory, Require.Positive(count), fingerprint, options ?? new(), writes: true);
        Directory.CreateDirectory(directory);
        store.Refresh();
        return store;
    }

    /// <summary>Opens a store to read from it.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="fingerprint">Which teacher, data and transforms the outputs must be of; <see langword="null"/>: of any.</param>
    /// <returns>The store; the caller disposes it.</returns>
    /// <exception cref="InvalidDataException">The store is of another fingerprint, or is damaged; the message has which.</exception>
    /// <exception cref="IOException">There is no store, or it cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The system does not allow it.</exception>
    public static ArrowOutputStore OpenRead(string directory, string? fingerprint)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        Manifest manifest = Manifest.Read(directory);
        var layout = new StoreLayout(manifest);
        var options = new ArrowStoreOptions
        {
            Representation = layout.Representation,
            Layers = FeatureSet.Of(manifest.Kept.Select(layer => new Feature(layer.Name))),
        };
        var store = new ArrowOutputStore(directory, manifest.Count, fingerprint ?? manifest.Fingerprint, options, writes: false);
        store.Refresh();
        return store;
    }

    /// <inheritdoc/>
    public bool Contains(long sample) => _index?.Contains(sample) ?? false;

    /// <inheritdoc/>
    public ulong? InputDigest(long sample)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Location place = Index.PlaceOf(sample);
        return Index.Sources[place.Source].Digest(place.Row);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// The numbers, digests and outputs are not of the same samples, a number is outside of the store, the shapes are not those of earlier outputs, or a type
    /// of number cannot hold the values.
    /// </exception>
    /// <exception cref="InvalidOperationException">The store was opened for reading.</exception>
    /// <exception cref="InvalidDataException">
    /// Another process has begun another store in the directory, or one sample's outputs take more than 1 GiB.
    /// </exception>
    /// <exception cref="IOException">The disk is full, or refuses otherwise.</exception>
    public void Write(ReadOnlySpan<long> samples, ReadOnlySpan<ulong> inputDigests, ModelOutput output)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Require.Present(output);
        RequireWrites();
        if (inputDigests.Length != samples.Length)
        {
            throw new ArgumentException(
                $"There must be as many digests as numbers of samples, but there are {inputDigests.Length} and {samples.Length}.", nameof(inputDigests));
        }

        foreach (long sample in samples)
        {
            Require.InRange(sample, 0, Count - 1, nameof(samples));
        }

        if (samples.IsEmpty)
        {
            return;
        }

        SampleIndex index = _index ??= Begin(output, samples.Length);
        var codec = new OutputCodec(index.Layout);
        codec.Check(output, samples.Length);
        using var noGradient = torch.no_grad();
        long most = Math.Clamp(ShardBytes / index.Layout.RowBytes, 1, _options.RowsPerFlush);
        int together = (int)Math.Min(most, samples.Length);
        for (int start = 0; start < samples.Length; start += together)
        {
            int rows = Math.Min(together, samples.Length - start);
            using var scope = torch.NewDisposeScope();
            index.Append(samples.Slice(start, rows), inputDigests.Slice(start, rows), codec.Encode(output, start, rows));
            if (index.Pending.Count >= most)
            {
                Flush();
            }
        }

        if (Stopwatch.GetElapsedTime(_flushed) >= _options.FlushInterval)
        {
            Flush();
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">A file has a class that there is not.</exception>
    public ModelOutput Read(Tensor samples, FeatureSet features)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Require.Present(samples);
        foreach (Feature feature in Require.Present(features).Where(feature => !Features.Contains(feature)))
        {
            throw new KeyNotFoundException(
                $"The store in '{_folder}' has no layer '{feature}'. It has: {(Features.Count == 0 ? "the logits alone" : Features)}.");
        }

        using var scope = torch.NewDisposeScope();
        ModelOutput output = new OutputCodec(Index.Layout).Decode(new RowGather(Index.Sources, Index.PlacesOf(samples), Index.Layout), features);
        output.Logits.MoveToOuterDisposeScope();
        foreach (Feature feature in features)
        {
            output[feature].MoveToOuterDisposeScope();
        }

        return output;
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The disk is full, or refuses otherwise.</exception>
    public void Flush()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _index?.Flush(_options.RowsPerBatch);
        _flushed = Stopwatch.GetTimestamp();
    }

    /// <summary>Takes note of what others have written to the directory since it was opened.</summary>
    /// <exception cref="InvalidDataException">A file is damaged, or not of this store; the message names it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public void Refresh()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_index is not null)
        {
            _index.Refresh();
        }
        else if (File.Exists(Path.Combine(_folder, Manifest.FileName)))
        {
            _index = IndexOf(Manifest.Read(_folder));
        }
    }

    /// <summary>Removes what writers that were killed have left: files that were not finished, and shards without a description, which do not count.</summary>
    /// <remarks>Call it while no other process writes to the directory: unfinished files of all processes are removed.</remarks>
    /// <exception cref="InvalidOperationException">The store was opened for reading.</exception>
    /// <exception cref="IOException">A file cannot be removed.</exception>
    public void RemoveUnfinished()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        RequireWrites();
        Unfinished.Remove(_folder);
    }

    /// <summary>Reads all files whole and compares their SHA-256 with that of what was written.</summary>
    /// <exception cref="InvalidDataException">A file is damaged; the message names it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public void Verify()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        foreach (Shard shard in _index?.Shards ?? [])
        {
            shard.Verify();
        }
    }

    /// <summary>Writes what is not yet on disk, and closes the files.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        try
        {
            Flush();
        }
        finally
        {
            _disposed = true;
            _index?.Dispose();
        }
    }

    private void RequireWrites()
    {
        if (!_writes)
        {
            throw new InvalidOperationException($"The store in '{_folder}' was opened for reading; {nameof(Open)} opens it for writing.");
        }
    }

    // Outputs that are refused leave no manifest behind.
    private SampleIndex Begin(ModelOutput output, int samples)
    {
        Manifest manifest = Manifest.Of(output, Count, Fingerprint, _options);
        new OutputCodec(new StoreLayout(manifest)).Check(output, samples);
        return IndexOf(manifest.Claim(_folder));
    }

    // The shards that are there under a manifest that must be the store's own.
    private SampleIndex IndexOf(Manifest manifest)
    {
        manifest.RequireSame(_folder, Count, Fingerprint, _options);
        var index = new SampleIndex(_folder, new(manifest));
        try
        {
            index.Refresh();
            return index;
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }
}
