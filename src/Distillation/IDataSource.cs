namespace Distillation;

/// <summary>Samples by number. Order, batches, splits and shards are made of numbers, so no source has to know them.</summary>
public interface IDataSource
{
    /// <summary>Gets the number of samples.</summary>
    long Count { get; }

    /// <summary>Gets the length of each sample, in the order of their numbers, for <see cref="SampleOrder.SimilarLengths"/>: the tokens of a text.</summary>
    /// <value>The default is <see langword="null"/>: samples have no length, or the same one.</value>
    IReadOnlyList<int>? Lengths => null;

    /// <summary>Reads some samples.</summary>
    /// <param name="indices">[N] int64, each in [0, <see cref="Count"/>), in any order; a number may come twice.</param>
    /// <returns>The samples in the order of the numbers; the tensors are owned by the current dispose scope.</returns>
    Batch Read(Tensor indices);
}
