namespace Distillation.Training;

/// <summary>Which samples come when: a function of the seed and the epoch, so that nothing of it needs saving.</summary>
internal sealed class BatchOrder
{
    private const long BlocksInWindow = 16;
    private const int BatchesInWindow = 64;

    private readonly long _samples;
    private readonly IReadOnlyList<int>? _lengths;
    private readonly TrainerOptions _options;
    private readonly int _batchSize;
    private readonly int _newSamples;

    /// <exception cref="ArgumentException">The order needs lengths, and the source has none; or batches of an even size.</exception>
    public BatchOrder(IDataSource train, TrainerOptions options)
    {
        (_samples, _options, _batchSize) = (train.Count, options, options.BatchSize);
        if (options.Order == SampleOrder.SimilarLengths)
        {
            _lengths = train.Lengths ?? throw new ArgumentException(
                $"{nameof(options.Order)} {SampleOrder.SimilarLengths} needs data with {nameof(train.Lengths)}, but {train.GetType().Name} has none.",
                nameof(train));
        }

        if (options.Order == SampleOrder.Overlapping && _batchSize % 2 != 0)
        {
            throw new ArgumentException(
                $"{nameof(options.Order)} {SampleOrder.Overlapping} needs an even {nameof(options.BatchSize)}, but it is {_batchSize}.", nameof(options));
        }

        _newSamples = options.Order == SampleOrder.Overlapping ? _batchSize / 2 : _batchSize;
    }

    public long StepsPerEpoch => _options.LastBatch == LastBatch.Drop ? _samples / _newSamples : ((_samples - 1) / _newSamples) + 1;

    /// <summary>The numbers of all samples in the order of an epoch; the caller disposes them.</summary>
    public Tensor Of(int epoch)
    {
        if (_options.Order == SampleOrder.Sequential)
        {
            return KeptAliveScalar.Arange(0, _samples).DetachFromDisposeScope();
        }

        using var generator = new torch.Generator(SplitMix64.Mix(_options.Seed, epoch));
        return (_options.Order switch
        {
            SampleOrder.Blocks => InBlocks(generator),
            SampleOrder.SimilarLengths => BySimilarLengths(generator),
            _ => torch.randperm(_samples, torch.ScalarType.Int64, generator: generator),
        }).DetachFromDisposeScope();
    }

    public Tensor Cut(Tensor order, long step)
    {
        (long start, long end) = Range(step);
        return order.narrow(0, start, end - start);
    }

    /// <summary>The sizes that the batches of an epoch have.</summary>
    public IEnumerable<long> Sizes() =>
        new[] { 0, 1, StepsPerEpoch - 1 }.Where(step => step < StepsPerEpoch).Select(Range).Select(range => range.End - range.Start).Distinct();

    private (long Start, long End) Range(long step)
    {
        long end = (step + 1) * _newSamples;
        return (Math.Max(0, end - _batchSize), Math.Min(_samples, end));
    }

    // Each sample sorts by the window into which its block has come, and by chance within it.
    private Tensor InBlocks(torch.Generator generator)
    {
        using var scope = torch.NewDisposeScope();
        long blocks = ((_samples - 1) / _options.BlockSize) + 1;
        Tensor windows = torch.randperm(blocks, torch.ScalarType.Int64, generator: generator).FloorDivide(BlocksInWindow);
        Tensor ofSamples = windows.repeat_interleave(_options.BlockSize).narrow(0, 0, _samples);
        return torch.rand([_samples], torch.ScalarType.Float64, generator: generator).AddInPlace(ofSamples).argsort().MoveToOuterDisposeScope();
    }

    // A batch that is not full stays the last one, as in every order.
    private Tensor BySimilarLengths(torch.Generator generator)
    {
        using var scope = torch.NewDisposeScope();
        long[] shuffled = torch.randperm(_samples, torch.ScalarType.Int64, generator: generator).data<long>().ToArray();
        long[][] batches =
        [
            .. shuffled.Chunk(BatchesInWindow * _batchSize).SelectMany(window => window.OrderBy(number => _lengths![(int)number]).Chunk(_batchSize)),
        ];
        int full = batches.Count(batch => batch.Length == _batchSize);
        IEnumerable<long[]> mixed = torch.randperm(full, torch.ScalarType.Int64, generator: generator).data<long>().ToArray().Select(batch => batches[batch]);
        return torch.tensor([.. mixed.Concat(batches.Skip(full)).SelectMany(batch => batch)]).MoveToOuterDisposeScope();
    }
}
