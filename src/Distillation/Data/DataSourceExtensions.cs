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

    /// <summary>Returns a view of neighboring samples: <c>source.Subset(0..4000)</c>.</summary>
    /// <param name="source">The data.</param>
    /// <param name="range">The numbers of the samples in the source; <c>^</c> counts from its end.</param>
    /// <returns>A view of them, in order.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range is not within the source.</exception>
    public static IDataSource Subset(this IDataSource source, Range range)
    {
        long count = Require.Present(source).Count;
        (long start, long end) = (Offset(range.Start), Offset(range.End));
        return start >= 0 && start <= end && end <= count
            ? source.Subset(Numbers())
            : throw new ArgumentOutOfRangeException(
                nameof(range), range, $"The range must be within the {count} samples of the source, with its start before its end.");

        long Offset(Index index) => index.IsFromEnd ? count - index.Value : index.Value;

        IEnumerable<long> Numbers()
        {
            for (long number = start; number < end; number++)
            {
                yield return number;
            }
        }
    }

    /// <summary>Reads a data set of TorchSharp whose samples are dictionaries, such as those of <c>torchvision.datasets</c>.</summary>
    /// <param name="dataset">The data set; the caller disposes it.</param>
    /// <param name="inputs">The key of a sample's inputs, which are stacked to [N, ...].</param>
    /// <param name="labels">The key of a sample's label, or <see langword="null"/> for data without labels.</param>
    /// <returns>The data source.</returns>
    /// <exception cref="ArgumentException">The first sample has no such key.</exception>
    public static IDataSource AsDataSource(
        this torch.utils.data.Dataset<Dictionary<string, Tensor>> dataset, string inputs = "data", string? labels = "label")
    {
        Require.Present(dataset);
        Require.Present(inputs);
        if (dataset.Count > 0)
        {
            using var scope = torch.NewDisposeScope();
            Dictionary<string, Tensor> first = dataset.GetTensor(0);
            RequireKey(first, inputs, nameof(inputs));
            RequireKey(first, labels, nameof(labels));
        }

        return dataset.AsDataSource(sample => (sample[inputs], labels is null ? null : sample[labels]));
    }

    /// <summary>Reads a data set of TorchSharp.</summary>
    /// <typeparam name="T">The type of its samples.</typeparam>
    /// <param name="dataset">The data set; the caller disposes it.</param>
    /// <param name="select">Returns the inputs of a sample, and its label, if it has one. Those of a batch are stacked: all must have the same shape.</param>
    /// <returns>The data source.</returns>
    public static IDataSource AsDataSource<T>(this torch.utils.data.Dataset<T> dataset, Func<T, (Tensor Inputs, Tensor? Labels)> select) =>
        new DatasetSource<T>(Require.Present(dataset), Require.Present(select));

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

    /// <summary>Selects one column of the labels: that of one task, where samples have labels for several.</summary>
    /// <param name="source">The data, with labels [N, L], or [N, T, L] of sequences.</param>
    /// <param name="column">The number of the column, in [0, L).</param>
    /// <returns>A view with labels [N] or [N, T].</returns>
    public static IDataSource WithLabelColumn(this IDataSource source, int column) =>
        new LabelColumnSource(Require.Present(source), Require.NotNegative(column));

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

    private static void RequireKey(Dictionary<string, Tensor> sample, string? key, string argument)
    {
        if (key is not null && !sample.ContainsKey(key))
        {
            throw new ArgumentException($"The samples have no '{key}'. They have: {string.Join(", ", sample.Keys)}.", argument);
        }
    }
}
