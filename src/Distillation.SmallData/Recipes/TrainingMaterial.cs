namespace Distillation.SmallData;

/// <summary>What an original learns from, the pool that was made for it, and what a filter kept of it.</summary>
internal sealed class TrainingMaterial(IDataSource samples, TensorData? pool, KeptSamples? kept) : IDisposable
{
    public IDataSource Samples => samples;

    public TensorData? Pool => pool;

    public KeptSamples? Kept => kept;

    public void Dispose() => pool?.Dispose();
}
