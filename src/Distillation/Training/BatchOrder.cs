namespace Distillation.Training;

/// <summary>Which samples come when: a function of the seed and the epoch, so that nothing of it needs saving.</summary>
internal sealed class BatchOrder(long samples, TrainerOptions options)
{
    private readonly int _batchSize = options.BatchSize;

    public long StepsPerEpoch => options.LastBatch == LastBatch.Drop ? samples / _batchSize : ((samples - 1) / _batchSize) + 1;

    /// <summary>The numbers of all samples in the order of an epoch; the caller disposes them.</summary>
    public Tensor Of(int epoch)
    {
        if (options.Order == SampleOrder.Sequential)
        {
            return torch.arange(samples, torch.ScalarType.Int64).DetachFromDisposeScope();
        }

        using var generator = new torch.Generator(SplitMix64.Mix(options.Seed, epoch));
        return torch.randperm(samples, torch.ScalarType.Int64, generator: generator).DetachFromDisposeScope();
    }

    public Tensor Cut(Tensor order, long step) => order.narrow(0, step * _batchSize, Math.Min(_batchSize, samples - (step * _batchSize)));
}
