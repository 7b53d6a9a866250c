namespace Distillation.Generation;

/// <summary>What an original learns from, and the pool that was made for it.</summary>
internal sealed class TrainingMaterial(IDataSource samples, TensorData? pool) : IDisposable
{
    public IDataSource Samples => samples;

    public TensorData? Pool => pool;

    public void Dispose() => pool?.Dispose();
}
