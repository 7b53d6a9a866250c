namespace Distillation.Models;

/// <summary>A student whose linear and convolutional layers compute in bfloat16.</summary>
internal sealed class BFloat16Student(IStudent inner) : IStudent
{
    private readonly BFloat16Layers _layers = new(inner.Module);

    public torch.nn.Module Module => inner.Module;

    public IReadOnlyCollection<Feature>? AvailableFeatures => inner.AvailableFeatures;

    public ModelOutput Forward(Batch batch, FeatureSet features) => _layers.Run(() => inner.Forward(batch, features));

    public void Dispose()
    {
        _layers.Dispose();
        inner.Dispose();
    }
}
