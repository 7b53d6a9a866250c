namespace Distillation.Evaluation;

/// <summary>Walks through a data source in order.</summary>
internal static class DataPass
{
    public static IEnumerable<long> Starts(IDataSource data, int batchSize)
    {
        Require.Present(data);
        Require.Positive(batchSize);
        if (data.Count <= 0)
        {
            throw new ArgumentException("The data must have at least one sample, but is empty.", nameof(data));
        }

        return Enumerable.Range(0, (int)(((data.Count - 1) / batchSize) + 1)).Select(number => (long)number * batchSize);
    }

    public static Batch Read(IDataSource data, long start, int batchSize, torch.Device? device)
    {
        Batch batch = data.Read(KeptAliveScalar.Arange(start, Math.Min(start + batchSize, data.Count)));
        return device is null ? batch : batch.To(device);
    }
}
