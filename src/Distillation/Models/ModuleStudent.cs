namespace Distillation.Models;

/// <summary>A network as a student.</summary>
internal sealed class ModuleStudent(torch.nn.Module module, Func<Batch, Tensor> forward) : IStudent
{
    private readonly FeatureHooks _taps = new(module);
    private bool _isChecked;

    public torch.nn.Module Module => module;

    public IReadOnlyCollection<Feature> AvailableFeatures => _taps.Available;

    public ModelOutput Forward(Batch batch, FeatureSet features)
    {
        if (!_isChecked)
        {
            OneDnnCheck.Run(module, gradients: true);
            _isChecked = true;
        }

        return _taps.Run(features, () => forward(batch));
    }

    public void Dispose() => _taps.Dispose();
}
