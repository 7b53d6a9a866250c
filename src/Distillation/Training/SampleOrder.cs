namespace Distillation;

/// <summary>In what order an epoch visits the samples.</summary>
public enum SampleOrder
{
    /// <summary>A new random order each epoch, a function of the seed and the number of the epoch.</summary>
    Shuffled,

    /// <summary>The order of the data source.</summary>
    Sequential,

    /// <summary>
    /// A new random order each epoch that stays near itself, for data on a disk: blocks of <see cref="TrainerOptions.BlockSize"/> neighbors come in random
    /// order, and within each sixteen blocks that follow each other so, the samples are shuffled. Data that is sorted by class is mixed less than by
    /// <see cref="Shuffled"/>.
    /// </summary>
    Blocks,

    /// <summary>
    /// A new random order each epoch in which the samples of a batch are of similar length, so that batches have little padding: each 64 batches of a random
    /// order are sorted by length and cut anew, and all batches shuffled. The data source must give <see cref="IDataSource.Lengths"/>.
    /// </summary>
    SimilarLengths,

    /// <summary>
    /// A new random order each epoch in which each batch has the second half of the one before it, and as many new samples: an epoch visits each sample twice,
    /// and has twice as many batches. The first batch has the new samples alone. <see cref="TrainerOptions.BatchSize"/> must be even.
    /// </summary>
    Overlapping,
}
