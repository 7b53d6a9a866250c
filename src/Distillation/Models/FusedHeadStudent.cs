namespace Distillation.Models;

/// <summary>A student that leaves its last layer to the loss.</summary>
internal sealed class FusedHeadStudent(IStudent inner, string? head, long logitsOfPart = HeadLogits.UsualPart) : IStudent
{
    private readonly HeadHooks _head = new(inner.Module, head, logitsOfPart);

    public torch.nn.Module Module => inner.Module;

    public IReadOnlyCollection<Feature>? AvailableFeatures => inner.AvailableFeatures;

    public ModelOutput Forward(Batch batch, FeatureSet features) => _head.Run(() => inner.Forward(batch, features));

    public void Dispose()
    {
        _head.Dispose();
        inner.Dispose();
    }
}
