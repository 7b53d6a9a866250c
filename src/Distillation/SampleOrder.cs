namespace Distillation;

/// <summary>In what order an epoch visits the samples.</summary>
public enum SampleOrder
{
    /// <summary>A new random order each epoch, a function of the seed and the number of the epoch.</summary>
    Shuffled,

    /// <summary>The order of the data source.</summary>
    Sequential,
}
