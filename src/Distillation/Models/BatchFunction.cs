namespace Distillation;

/// <summary>Turns a function of one type of batches into a function of any batch.</summary>
internal static class BatchFunction
{
    public static Func<Batch, Tensor> Of<TBatch>(Func<TBatch, Tensor> function)
        where TBatch : Batch
    {
        Distillation.Require.Present(function);
        return batch => function(Require<TBatch>(batch));
    }

    /// <exception cref="ArgumentException">The batch is of another type.</exception>
    public static TBatch Require<TBatch>(Batch batch)
        where TBatch : Batch => batch as TBatch
            ?? throw new ArgumentException($"The model takes a {typeof(TBatch).Name}, but the data source returns a {batch.GetType().Name}.", nameof(batch));
}
