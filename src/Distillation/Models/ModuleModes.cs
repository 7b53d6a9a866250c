namespace Distillation;

/// <summary>Stores whether a module and each layer below it is in training mode, and restores that at disposal.</summary>
internal sealed class ModuleModes(torch.nn.Module module) : IDisposable
{
    private readonly (torch.nn.Module Module, bool Training)[] _modes = [.. ModuleTree.WithDescendants(module).Select(layer => (layer, layer.training))];

    public void Dispose() => Restore();

    /// <summary>Whether a layer was in training mode.</summary>
    public bool WasTraining(torch.nn.Module layer) => Array.Exists(_modes, one => ReferenceEquals(one.Module, layer) && one.Training);

    public void Restore()
    {
        // Setting a parent sets its children too: they follow it here, each with its own mode.
        foreach ((torch.nn.Module layer, bool training) in _modes)
        {
            layer.train(training);
        }
    }
}
