namespace Distillation.Generation;

/// <summary>New data out of data.</summary>
public static class GenerationExtensions
{
    /// <summary>Makes new samples, each when it is read.</summary>
    /// <param name="originals">The data; it stays the caller's, and must live as long as the result is read.</param>
    /// <param name="generator">Makes the inputs.</param>
    /// <param name="count">How many samples; positive.</param>
    /// <param name="seed">Any number; the same one gives the same samples.</param>
    /// <returns>The samples. Their labels are the originals' as probabilities, mixed as the inputs are; none where there are none, or where no sample has an original. Among others a sample without one has zeros.</returns>
    public static IDataSource Generate(this Originals originals, ISampleGenerator generator, long count, int seed = 0) =>
        new GeneratedSource(Require.Present(originals), Require.Present(generator), Require.Positive(count), seed);

    /// <summary>Labels data with a teacher's probabilities, as it is read.</summary>
    /// <param name="data">The data.</param>
    /// <param name="teacher">Who labels; it stays the caller's.</param>
    /// <param name="options">How; the defaults if not given.</param>
    /// <returns>The data with probabilities [N, C] as labels.</returns>
    public static IDataSource LabelledBy(this IDataSource data, ITeacher teacher, LabellingOptions? options = null) =>
        new LabelledSource(Require.Present(data), Require.Present(teacher), options ?? new LabellingOptions());

    /// <summary>Does something to each sample that a generator makes.</summary>
    /// <param name="generator">Makes the samples.</param>
    /// <param name="next">Changes each of them.</param>
    /// <returns>A generator of both, whose samples keep the first one's originals: <c>new NeighbourInterpolation().Then(new Jitter(0.1))</c>.</returns>
    public static ISampleGenerator Then(this ISampleGenerator generator, SampleTransform next) => new Chain(Require.Present(generator), Require.Present(next));

    /// <summary>Reads data whole, so that what is made or labelled at each reading is made and labelled once.</summary>
    /// <param name="data">The data; plain batches of one shape.</param>
    /// <param name="batchSize">How many samples are read at once; positive.</param>
    /// <returns>The data in memory; the caller disposes it.</returns>
    public static TensorData InMemory(this IDataSource data, int batchSize = 512)
    {
        Require.Present(data);
        Require.Positive(batchSize);
        using var scope = torch.NewDisposeScope();
        var batches = new List<Batch>();
        for (long start = 0; start < data.Count; start += batchSize)
        {
            batches.Add(data.Read(torch.arange(start, Math.Min(start + batchSize, data.Count), torch.ScalarType.Int64)));
        }

        Tensor inputs = torch.cat([.. batches.Select(batch => batch.Inputs)]).DetachFromDisposeScope();
        Tensor? labels = batches[0].Labels is null ? null : torch.cat([.. batches.Select(batch => batch.Labels!)]).DetachFromDisposeScope();
        return TensorData.Owning(inputs, labels);
    }

    /// <summary>Puts old and new samples together.</summary>
    /// <param name="originals">The old samples; each comes as often as the share needs, rounded up to whole times.</param>
    /// <param name="pool">The new samples; each comes once.</param>
    /// <param name="poolShare">The share of new samples, in (0, 1). The default value is 0.75.</param>
    /// <returns>A view of both.</returns>
    public static IDataSource TogetherWith(this IDataSource originals, IDataSource pool, double poolShare = 0.75)
    {
        Require.Present(originals);
        Require.Present(pool);
        Require.Positive(poolShare);
        Require.BelowOne(poolShare);
        long wanted = (long)Math.Round(pool.Count * (1 - poolShare) / poolShare);
        IEnumerable<long> repeated = Enumerable.Range(0, (int)Math.Max(wanted, originals.Count)).Select(number => number % originals.Count);
        return Data.DataSourceExtensions.Concat(Data.DataSourceExtensions.Subset(originals, repeated), pool);
    }
}
