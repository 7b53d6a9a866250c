namespace Distillation.Training;

/// <summary>Which samples come when: a function of the seed and the epoch, so that nothing of it needs saving.</summary>
internal sealed class BatchOrder(long samples, TrainerOptions options)
{
    private const long BlocksInWindow = 16;

    private readonly int _batchSize = options.BatchSize;

    public long StepsPerEpoch => options.LastBatch == LastBatch.Drop ? samples / _batchSize : ((samples - 1) / _batchSize) + 1;

    /// <summary>The numbers of all samples in the order of an epoch; the caller disposes them.</summary>
    public Tensor Of(int epoch)
    {
        if (options.Order == SampleOrder.Sequential)
        {
            return KeptAliveScalar.Arange(0, samples).DetachFromDisposeScope();
        }

        using var generator = new torch.Generator(SplitMix64.Mix(options.Seed, epoch));
        return options.Order == SampleOrder.Blocks
            ? InBlocks(generator).DetachFromDisposeScope()
            : torch.randperm(samples, torch.ScalarType.Int64, generator: generator).DetachFromDisposeScope();
    }

    public Tensor Cut(Tensor order, long step) => order.narrow(0, step * _batchSize, Math.Min(_batchSize, samples - (step * _batchSize)));

    // Each sample sorts by the window into which its block has come, and by chance within it.
    private Tensor InBlocks(torch.Generator generator)
    {
        using var scope = torch.NewDisposeScope();
        long blocks = ((samples - 1) / options.BlockSize) + 1;
        Tensor windows = torch.randperm(blocks, torch.ScalarType.Int64, generator: generator).FloorDivide(BlocksInWindow);
        Tensor ofSamples = windows.repeat_interleave(options.BlockSize).narrow(0, 0, samples);
        return torch.rand([samples], torch.ScalarType.Float64, generator: generator).AddInPlace(ofSamples).argsort().MoveToOuterDisposeScope();
    }
}
