namespace Distillation.Data;

/// <summary>Data made of data. A view numbers its samples anew from 0, and reads them from the source it is made of.</summary>
public static class DataSourceExtensions
{
    /// <summary>Takes some samples.</summary>
    /// <param name="source">The data.</param>
    /// <param name="numbers">The numbers of the samples in the source, in any order; a number may come twice.</param>
    /// <returns>A view of them, in that order.</returns>
    /// <exception cref="ArgumentException">A number is not in the source.</exception>
    public static IDataSource Subset(this IDataSource source, IEnumerable<long> numbers) =>
        new SubsetSource(Require.Present(source), [.. Require.Present(numbers)]);

    /// <summary>Puts data behind data.</summary>
    /// <param name="first">The data in front.</param>
    /// <param name="second">
    /// The data behind, with inputs of the same shape. Where one has class ids and the other probabilities, the ids become probabilities too.
    /// </param>
    /// <returns>A view of both.</returns>
    public static IDataSource Concat(this IDataSource first, IDataSource second) => new ConcatenatedSource(Require.Present(first), Require.Present(second));

    /// <summary>Takes every n-th sample: the part of one worker.</summary>
    /// <param name="source">The data.</param>
    /// <param name="rank">The number of the worker, in [0, <paramref name="size"/>).</param>
    /// <param name="size">The number of workers; positive.</param>
    /// <returns>A view of samples rank, rank + size, rank + 2 · size, ...</returns>
    public static IDataSource Shard(this IDataSource source, int rank, int size)
    {
        Require.Present(source);
        Require.Positive(size);
        Require.InRange(rank, 0, size - 1);
        return new SubsetSource(source, [.. Enumerable.Range(0, (int)((source.Count - rank + size - 1) / size)).Select(i => rank + ((long)i * size))]);
    }

    /// <summary>Normalizes inputs as they are read.</summary>
    /// <param name="source">The data, [N, C, ...].</param>
    /// <param name="normalization">The mean and the deviation of each channel.</param>
    /// <returns>A view of the normalized data.</returns>
    public static IDataSource Normalized(this IDataSource source, Normalization normalization) =>
        new NormalizedSource(Require.Present(source), Require.Present(normalization));

    /// <summary>
    /// Writes samples to a safetensors file, from which <see cref="TensorFile"/> reads them; it then is whole or, if anything fails, what it was before.
    /// </summary>
    /// <remarks>Samples are read and written by 256, in order, and never all in memory. Their tensors are called <c>inputs</c> and <c>labels</c>.</remarks>
    /// <param name="source">The data. All samples have the same shape, and all have labels or none has.</param>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <exception cref="ArgumentException">The samples are of a type that files do not have.</exception>
    /// <exception cref="InvalidOperationException">Samples differ in shape or type, or a part of them has labels.</exception>
    /// <exception cref="NotSupportedException">The batches carry more than inputs and labels.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(this IDataSource source, string path) => TensorFileWriter.Write(Require.Present(source), path);

    /// <summary>Cuts data in two, every class by the same share.</summary>
    /// <param name="data">The data, with class ids as labels.</param>
    /// <param name="trainShare">The share of each class in the first part, in (0, 1).</param>
    /// <param name="seed">Any number; the same one gives the same cut.</param>
    /// <returns>Views of the two parts.</returns>
    /// <exception cref="ArgumentException">The labels are no class ids.</exception>
    public static (IDataSource Train, IDataSource HeldOut) SplitStratified(this TensorData data, double trainShare, int seed = 0)
    {
        Fold fold = Split.Stratified(ClassIds(data), trainShare, seed);
        return (data.Subset(fold.Train), data.Subset(fold.HeldOut));
    }

    /// <summary>Cuts data in k folds that have every class in the same share.</summary>
    /// <param name="data">The data, with class ids as labels.</param>
    /// <param name="folds">k: at least 2, at most the number of samples.</param>
    /// <param name="seed">Any number; the same one gives the same cut.</param>
    /// <returns>For each fold, views of the rest and of the fold itself.</returns>
    /// <exception cref="ArgumentException">The labels are no class ids.</exception>
    public static IReadOnlyList<(IDataSource Train, IDataSource HeldOut)> SplitInFolds(this TensorData data, int folds, int seed = 0) =>
        [.. Split.StratifiedInFolds(ClassIds(data), folds, seed).Select(fold => (data.Subset(fold.Train), data.Subset(fold.HeldOut)))];

    private static long[] ClassIds(TensorData data)
    {
        Require.Present(data);
        if (data.Labels is not { } labels || labels.dim() != 1 || !torch.is_integral(labels))
        {
            throw new ArgumentException(
                $"Class ids [N] of an integer type must be the labels, but they are {Shapes.Of(data.Labels)} {data.Labels?.dtype}.", nameof(data));
        }

        using var scope = torch.NewDisposeScope();
        return labels.to(torch.ScalarType.Int64).cpu().data<long>().ToArray();
    }
}
