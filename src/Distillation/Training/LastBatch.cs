namespace Distillation;

/// <summary>What becomes of the samples that are left over when the data is cut into batches.</summary>
public enum LastBatch
{
    /// <summary>They make a smaller batch.</summary>
    Keep,

    /// <summary>They sit out this epoch; in a shuffled run others do in the next.</summary>
    Drop,
}
