namespace Distillation.Models;

/// <summary>A network as a teacher.</summary>
internal sealed class ModuleTeacher(torch.nn.Module module, Func<Batch, Tensor> forward) : INetworkTeacher
{
    private readonly FeatureHooks _taps = new(module);
    private bool _isChecked;

    public torch.nn.Module Network => module;

    public IReadOnlyCollection<Feature> AvailableFeatures => _taps.Available;

    public ModelOutput Predict(Batch batch, FeatureSet features)
    {
        using var noGradient = torch.no_grad();
        using IDisposable? mode = ModuleTree.Evaluating(module);
        if (!_isChecked)
        {
            OneDnnCheck.Run(module, gradients: false);
            _isChecked = true;
        }

        return _taps.Run(features, () => forward(batch));
    }

    public string Fingerprint() => ModuleFingerprint.Of(module);

    public void Dispose() => _taps.Dispose();
}
