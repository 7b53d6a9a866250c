namespace Distillation;

/// <summary>Takes the outputs of inner layers while a module runs.</summary>
internal sealed class FeatureTaps : IDisposable
{
    private readonly string _owner;
    private readonly Dictionary<Feature, torch.nn.Module<Tensor, Tensor>> _layers;
    private readonly Dictionary<Feature, Tensor> _seen = [];
    private readonly List<Action> _removals = [];
    private FeatureSet _tapped = FeatureSet.None;

    public FeatureTaps(torch.nn.Module module)
    {
        _owner = module.GetType().Name;
        _layers = module is torch.jit.ScriptModule
            ? []
            : module.named_modules()
                .Where(layer => layer.module is torch.nn.Module<Tensor, Tensor>)
                .ToDictionary(layer => (Feature)layer.name, layer => (torch.nn.Module<Tensor, Tensor>)layer.module);
    }

    public IReadOnlyCollection<Feature> Available => _layers.Keys;

    public ModelOutput Run(FeatureSet features, Func<Tensor> forward)
    {
        Tap(features);
        if (features.Count == 0)
        {
            return new ModelOutput(forward());
        }

        _seen.Clear();
        Tensor logits = forward();
        foreach (Feature feature in features.Where(feature => !_seen.ContainsKey(feature)))
        {
            throw new InvalidOperationException(
                $"Layer '{feature}' of {_owner} did not show its output: it did not run, or its parent runs it with forward(), which skips hooks. Let the parent run it with call().");
        }

        return new ModelOutput(logits, new Dictionary<Feature, Tensor>(_seen));
    }

    public void Dispose()
    {
        _removals.ForEach(remove => remove());
        _removals.Clear();
        _seen.Clear();
        _tapped = FeatureSet.None;
    }

    private void Tap(FeatureSet features)
    {
        if (_tapped.Equals(features))
        {
            return;
        }

        Dispose();
        foreach (Feature feature in features)
        {
            if (!_layers.TryGetValue(feature, out torch.nn.Module<Tensor, Tensor>? layer))
            {
                Dispose();
                throw new ArgumentException($"{_owner} has no layer '{feature}'. It has: {string.Join(", ", _layers.Keys)}.", nameof(features));
            }

            // Sequential disposes the outputs of its layers; an alias outlives that, with its graph.
            _removals.Add(layer.register_forward_hook((_, _, output) =>
            {
                _seen[feature] = output.alias();
                return output;
            }).remove);
        }

        _tapped = features;
    }
}
