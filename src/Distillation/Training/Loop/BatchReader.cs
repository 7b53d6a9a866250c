namespace Distillation.Training;

/// <summary>Reads the batches of a run in their order, on the device of the models.</summary>
internal sealed class BatchReader(IDataSource data, BatchOrder order, TrainerOptions options, torch.Device device)
{
    private readonly int? _microBatchSize = options.MicroBatchSize;
    private readonly long _fullCount = Math.Min(options.BatchSize, data.Count);

    /// <summary>Gets whether batches are split into micro-batches.</summary>
    public bool Splits => _microBatchSize is not null;

    /// <summary>Reads a batch, before it is copied to the device.</summary>
    /// <param name="numbers">The numbers of the samples in the order of the epoch.</param>
    /// <param name="step">The number of the batch in the epoch.</param>
    public Batch ReadOnHost(Tensor numbers, long step) => data.Read(order.Cut(numbers, step));

    /// <summary>Reads a batch.</summary>
    /// <param name="numbers">The numbers of the samples in the order of the epoch.</param>
    /// <param name="step">The number of the batch in the epoch.</param>
    public Batch Read(Tensor numbers, long step) => Placed(ReadOnHost(numbers, step));

    public Batch Placed(Batch batch) => batch.To(device).OfFull(_fullCount);

    /// <summary>Returns the micro-batches of a batch, or the batch itself.</summary>
    public IEnumerable<Batch> Split(Batch batch) => _microBatchSize is { } size
        ? batch.Split(size).Select(piece => piece.OfFull(Math.Min(size, batch.FullCount)))
        : [batch];
}
