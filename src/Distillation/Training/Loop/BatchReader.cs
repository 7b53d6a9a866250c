namespace Distillation.Training;

/// <summary>Reads the batches of a run in their order, on the device of the models.</summary>
internal sealed class BatchReader(IDataSource data, BatchOrder order, TrainerOptions options, torch.Device device, RankGroup? group)
{
    private readonly int? _microBatchSize = options.MicroBatchSize;
    private readonly long _fullCount = Math.Min(options.BatchSize, data.Count);

    /// <summary>Gets whether batches are split, into parts of ranks or into micro-batches.</summary>
    public bool Splits => _microBatchSize is not null || group is not null;

    /// <summary>Reads a batch, before it is copied to the device.</summary>
    /// <param name="numbers">The numbers of the samples in the order of the epoch.</param>
    /// <param name="epoch">The epoch, of which the view of each sample is a function.</param>
    /// <param name="step">The number of the batch in the epoch.</param>
    public Batch ReadOnHost(Tensor numbers, int epoch, long step)
    {
        Batch batch = data.Read(order.Cut(numbers, step));
        return options.Augmentation is { } transform ? SampleViews.Of(batch, transform, options.Seed, epoch) : batch;
    }

    /// <summary>Reads a batch.</summary>
    /// <param name="numbers">The numbers of the samples in the order of the epoch.</param>
    /// <param name="epoch">The epoch, of which the view of each sample is a function.</param>
    /// <param name="step">The number of the batch in the epoch.</param>
    public Batch Read(Tensor numbers, int epoch, long step) => Placed(ReadOnHost(numbers, epoch, step));

    public Batch Placed(Batch batch) => batch.To(device).OfFull(_fullCount);

    /// <summary>
    /// Returns the micro-batches of this rank's part of a batch, or the part itself; none where the batch has too few samples for all ranks.
    /// </summary>
    public IEnumerable<Batch> Split(Batch batch) => group is null ? Pieces(batch) : Parts(batch).Skip(group.Rank).Take(1).SelectMany(Pieces);

    /// <summary>Returns the micro-batches of the parts of all ranks, or the parts themselves.</summary>
    public IEnumerable<Batch> SplitOfAll(Batch batch) => Parts(batch).SelectMany(Pieces);

    private IEnumerable<Batch> Pieces(Batch batch) => _microBatchSize is { } size
        ? batch.Split(size).Select(piece => piece.OfFull(Math.Min(size, batch.FullCount)))
        : [batch];

    // Each part but the last has the same number of samples, so that networks mostly see batches of one size.
    private IEnumerable<Batch> Parts(Batch batch)
    {
        if (group is null)
        {
            return [batch];
        }

        long full = RankParts.Size(batch.FullCount, group.Count);
        return batch.Split(RankParts.Size(batch.Count, group.Count)).Select(part => part.OfFull(full));
    }
}
