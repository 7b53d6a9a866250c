using System.Runtime.InteropServices;
namespace Distillation.Arrow;

/// <summary>Where each sample's newest outputs are: among rows that are not yet on disk, or in a shard.</summary>
internal sealed class SampleIndex(string folder, StoreLayout layout) : IDisposable
{
    private const int Unwritten = 0;

    private readonly List<IRowSource> _sources = [new PendingRows(layout.Columns)];
    private readonly HashSet<ShardName> _known = [];
    private readonly Dictionary<long, Location> _places = [];

    public StoreLayout Layout => layout;

    public long Filled => _places.Count;

    public PendingRows Pending => (PendingRows)_sources[Unwritten];

    public IReadOnlyList<IRowSource> Sources => _sources;

    public IEnumerable<Shard> Shards => _sources.OfType<Shard>();

    public bool Contains(long sample) => _places.ContainsKey(sample);

    /// <summary>Returns the place of each sample of a batch.</summary>
    /// <exception cref="ArgumentException">The numbers are not [N] Int64 on the processor.</exception>
    public Location[] PlacesOf(Tensor samples)
    {
        if (samples.dim() != 1 || samples.dtype != torch.ScalarType.Int64 || samples.device_type != DeviceType.CPU)
        {
            throw new ArgumentException(
                $"The numbers of samples must be [N] Int64 on the processor, but are {Shapes.Of(samples)} {samples.dtype} on {samples.device_type}.",
                nameof(samples));
        }

        using Tensor row = samples.contiguous();
        Location[] places = new Location[samples.size(0)];
        ReadOnlySpan<long> numbers = MemoryMarshal.Cast<byte, long>(row.bytes);
        for (int i = 0; i < places.Length; i++)
        {
            places[i] = PlaceOf(numbers[i]);
        }

        return places;
    }

    public Location PlaceOf(long sample) =>
        _places.TryGetValue(sample, out Location place) ? place : throw new KeyNotFoundException($"The store in '{folder}' has no outputs of sample {sample}.");

    /// <summary>Keeps rows, for the time being in memory.</summary>
    public void Append(ReadOnlySpan<long> samples, ReadOnlySpan<ulong> digests, IReadOnlyList<Tensor> values)
    {
        PendingRows pending = Pending;
        for (int column = 0; column < values.Count; column++)
        {
            pending.Append(StoreLayout.FirstOfLogits + column, values[column].bytes);
        }

        for (int i = 0; i < samples.Length; i++)
        {
            _places[samples[i]] = new(Unwritten, pending.Count);
            pending.Append(samples[i], digests[i]);
        }
    }

    /// <summary>Writes what is not yet on disk.</summary>
    public void Flush(int rowsPerBatch)
    {
        if (Pending.Count > 0)
        {
            Take(ShardWriter.Write(folder, layout, Pending, rowsPerBatch), isPending: true);
            Pending.Clear();
        }
    }

    /// <summary>Takes note of shards that have come to the directory.</summary>
    public void Refresh()
    {
        foreach (ShardName name in ShardName.AllIn(folder, ShardName.Description).Where(name => !_known.Contains(name)).Order())
        {
            Take(name, isPending: false);
        }
    }

    public void Dispose()
    {
        foreach (Shard shard in Shards)
        {
            shard.Dispose();
        }
    }

    private void Take(ShardName name, bool isPending)
    {
        var shard = new Shard(folder, name, layout);
        long[] samples;
        try
        {
            samples = shard.Samples(layout.Manifest.Count);
        }
        catch
        {
            shard.Dispose();
            throw;
        }

        int source = _sources.Count;
        _sources.Add(shard);
        _known.Add(name);
        for (int row = 0; row < samples.Length; row++)
        {
            bool newer = !_places.TryGetValue(samples[row], out Location place)
                || (place.Source == Unwritten ? isPending : ((Shard)_sources[place.Source]).Name.CompareTo(name) <= 0);
            if (newer)
            {
                _places[samples[row]] = new(source, row);
            }
        }
    }
}
