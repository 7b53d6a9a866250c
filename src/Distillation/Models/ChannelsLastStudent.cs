namespace Distillation.Models;

/// <summary>A student that sees images with the channels last in memory.</summary>
internal sealed class ChannelsLastStudent(IStudent inner) : IStudent
{
    public torch.nn.Module Module => inner.Module;

    public IReadOnlyCollection<Feature>? AvailableFeatures => inner.AvailableFeatures;

    public ModelOutput Forward(Batch batch, FeatureSet features) => inner.Forward(ChannelsLast.Of(batch), features);

    public void Dispose() => inner.Dispose();
}
