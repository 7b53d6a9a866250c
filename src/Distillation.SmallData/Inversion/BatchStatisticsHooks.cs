using TorchSharp.Modules;

namespace Distillation.SmallData;

/// <summary>Measures how far the inputs of each batch normalization of a module are from its running statistics, while the module runs.</summary>
internal sealed class BatchStatisticsHooks : IDisposable
{
    private readonly List<Action> _removals = [];
    private readonly List<Tensor> _distances = [];

    public BatchStatisticsHooks(torch.nn.Module module)
    {
        foreach (BatchNorm layer in ModuleTree.WithDescendants(module).OfType<BatchNorm>().Where(layer => layer.running_mean is not null))
        {
            _removals.Add(layer.register_forward_pre_hook((_, input) =>
            {
                // A container disposes what its layers make: the distance must outlive it.
                _distances.Add(InversionTerms.BatchStatistics(input, layer.running_mean!, layer.running_var!).DetachFromDisposeScope());
                return input;
            }).remove);
        }
    }

    /// <summary>Gets the number of layers.</summary>
    public int Layers => _removals.Count;

    /// <summary>Returns the sum over all layers of the last run, in the current dispose scope.</summary>
    /// <exception cref="InvalidOperationException">No layer has run.</exception>
    public Tensor TakeSum()
    {
        if (_distances.Count == 0)
        {
            throw new InvalidOperationException("No batch normalization of the teacher has run: layers must be run with 'call', which runs their hooks.");
        }

        Tensor sum = torch.stack([.. _distances]).sum();
        Clear();
        return sum;
    }

    public void Dispose()
    {
        _removals.ForEach(remove => remove());
        Clear();
    }

    private void Clear()
    {
        _distances.ForEach(distance => distance.Dispose());
        _distances.Clear();
    }
}
