namespace Distillation;

/// <summary>Takes the outputs of inner layers while a module runs.</summary>
/// <remarks>
/// <para>A layer that outputs a tuple has one feature for each element: <c>lstm[0]</c>, <c>lstm[1]</c>.</para>
/// <para>
/// What is given is a copy, made as soon as the layer has run: an activation in place overwrites the memory of the output itself. Gradients flow through the
/// copy to the layer. It belongs to the dispose scope in which the module runs, not to one that the module opens in its <c>forward</c>, nor to a
/// <c>Sequential</c>, which disposes the outputs of its layers.
/// </para>
/// </remarks>
internal sealed class FeatureHooks : IDisposable
{
    private readonly torch.nn.Module _module;
    private readonly Dictionary<Feature, (LayerHook Layer, int Output)> _readable = [];
    private readonly Dictionary<Feature, Tensor?> _seen = [];
    private readonly List<Action> _removals = [];
    private FeatureSet _tapped = FeatureSet.None;
    private DisposeScope? _scope;
    private int? _thread;

    public FeatureHooks(torch.nn.Module module)
    {
        _module = module;
        if (module is torch.jit.ScriptModule)
        {
            return;
        }

        List<(string Path, int Outputs, LayerHook Layer)> tuples = [];
        foreach ((string path, torch.nn.Module child) in module.named_modules())
        {
            if (LayerHook.Of(child) is not { } layer)
            {
                continue;
            }

            if (layer.Outputs is { } outputs)
            {
                tuples.Add((path, outputs, layer));
            }
            else
            {
                _readable[path] = (layer, 0);
            }
        }

        foreach ((string path, int outputs, LayerHook layer) in tuples)
        {
            for (int output = 0; output < outputs; output++)
            {
                // A module of that very name has come first.
                _readable.TryAdd(Element(path, output), (layer, output));
            }
        }
    }

    public IReadOnlyCollection<Feature> Available => _readable.Keys;

    /// <summary>Runs the module.</summary>
    /// <param name="features">The layers to read.</param>
    /// <param name="forward">Runs it, on this thread.</param>
    /// <returns>The logits, and the layers in the current dispose scope.</returns>
    /// <exception cref="ArgumentException">There is no such layer, or it cannot be read.</exception>
    /// <exception cref="InvalidOperationException">A layer did not run, or gave nothing.</exception>
    public ModelOutput Run(FeatureSet features, Func<Tensor> forward)
    {
        Tap(features);
        if (features.Count == 0)
        {
            return new ModelOutput(forward());
        }

        (_scope, _thread) = (torch.CurrentDisposeScope, Environment.CurrentManagedThreadId);
        try
        {
            Tensor logits = forward();
            var outputs = features.ToDictionary(feature => feature, feature => _seen.GetValueOrDefault(feature) ?? throw Unseen(feature));
            _seen.Clear();
            return new ModelOutput(logits, outputs);
        }
        finally
        {
            foreach (Tensor? seen in _seen.Values)
            {
                seen?.Dispose();
            }

            _seen.Clear();
            (_scope, _thread) = (null, null);
        }
    }

    public void Dispose()
    {
        _removals.ForEach(remove => remove());
        _removals.Clear();
        _tapped = FeatureSet.None;
    }

    private static string Element(string path, int output) => FormattableString.Invariant($"{path}[{output}]");

    private void Tap(FeatureSet features)
    {
        if (_tapped.Equals(features))
        {
            return;
        }

        Dispose();
        foreach (Feature feature in features)
        {
            if (!_readable.TryGetValue(feature, out (LayerHook Layer, int Output) readable))
            {
                Dispose();
                throw new ArgumentException($"{_module.GetType().Name} {WhyNot(feature)}. It has: {string.Join(", ", _readable.Keys)}.", nameof(features));
            }

            _removals.Add(readable.Layer.Register(outputs => Keep(feature, outputs[readable.Output])));
        }

        _tapped = features;
    }

    // The same module may run elsewhere at that time, or later where its layers are not required.
    private void Keep(Feature feature, Tensor? output)
    {
        if (_thread != Environment.CurrentManagedThreadId)
        {
            return;
        }

        // Attention without weights gives a tensor without a handle.
        Tensor? copy = output is null || output.IsInvalid ? null : output.clone().DetachFromDisposeScope();
        if (copy is not null)
        {
            _scope?.Attach(copy);
        }

        // Of a layer that runs twice the later output is read.
        if (_seen.Remove(feature, out Tensor? earlier))
        {
            earlier?.Dispose();
        }

        _seen[feature] = copy;
    }

    private string WhyNot(Feature feature)
    {
        torch.nn.Module? layer = _module is torch.jit.ScriptModule ? null : _module.named_modules().FirstOrDefault(child => child.name == feature.Path).module;
        return layer is null ? $"has no layer '{feature}'"
            : LayerHook.Of(layer) is { Outputs: { } outputs }
                ? $"gives no single tensor at layer '{feature}', but {outputs}: "
                    + $"{string.Join(", ", Enumerable.Range(0, outputs).Select(output => $"'{Element(feature.Path, output)}'"))}"
            : $"has a layer '{feature}' that cannot be read: {LayerHook.WhyNot(layer)}";
    }

    private InvalidOperationException Unseen(Feature feature) => new(
        _seen.ContainsKey(feature)
            ? $"Layer '{feature}' of {_module.GetType().Name} ran and gave nothing there. "
                + "Attention outputs its weights where it is called with need_weights: true."
            : $"Layer '{feature}' of {_module.GetType().Name} did not show its output: it does not run in {(_module.training ? "training" : "evaluation")} "
                + "mode, or its parent runs it with forward() or an overload of call() that skips hooks. Let the parent run it with call().");
}
