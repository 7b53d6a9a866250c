namespace Distillation;

/// <summary>Turns a function of one kind of batch into a function of any batch.</summary>
internal static class BatchFunction
{
    public static Func<Batch, Tensor> Of<TBatch>(Func<TBatch, Tensor> function)
        where TBatch : Batch
    {
        Require.Present(function);
        return batch => batch is TBatch own
            ? function(own)
            : throw new ArgumentException($"The model takes a {typeof(TBatch).Name}, but the data source gives a {batch.GetType().Name}.", nameof(batch));
    }
}
