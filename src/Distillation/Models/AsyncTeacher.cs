namespace Distillation.Models;

/// <summary>Asynchronous code as a teacher.</summary>
internal sealed class AsyncTeacher<TBatch>(Func<TBatch, CancellationToken, Task<Tensor>> function) : ITeacher
    where TBatch : Batch
{
    public IReadOnlyCollection<Feature> AvailableFeatures => [];

    public ModelOutput Predict(Batch batch, FeatureSet features) => Predict(batch, features, CancellationToken.None);

    public ModelOutput Predict(Batch batch, FeatureSet features, CancellationToken cancellationToken)
    {
        FunctionTeacher.RequireNone(features);
        TBatch own = BatchFunction.Require<TBatch>(batch);
        cancellationToken.ThrowIfCancellationRequested();

        // On the pool, so that the function may await on any synchronization context of the caller.
        using var noGradient = torch.no_grad();
        using Tensor logits = Task.Run(() => function(own, cancellationToken), cancellationToken).GetAwaiter().GetResult()
            ?? throw new InvalidOperationException("The function of an asynchronous teacher must return logits [N, C], but returned null.");
        return new ModelOutput(logits.detach());
    }
}
