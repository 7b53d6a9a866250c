using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>Copies of the parameters and buffers of a module, by name.</summary>
internal static class ModuleState
{
    /// <summary>Copies them; the caller disposes the copies.</summary>
    public static Dictionary<string, Tensor> Copy(Module<Tensor, Tensor> module)
    {
        using var noGradient = torch.no_grad();
        return module.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.detach().clone().DetachFromDisposeScope());
    }

    /// <summary>Writes the state of one module into another one.</summary>
    /// <exception cref="InvalidOperationException">The modules are of different kinds.</exception>
    public static void Write(Module<Tensor, Tensor> module, Module<Tensor, Tensor> from) => Write(module, from.state_dict());

    /// <summary>Writes them into a module of the same kind.</summary>
    /// <exception cref="InvalidOperationException">A tensor is not there, or has another shape.</exception>
    public static void Write(Module<Tensor, Tensor> module, IReadOnlyDictionary<string, Tensor> state)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        foreach ((string name, Tensor tensor) in module.state_dict())
        {
            if (!state.TryGetValue(name, out Tensor? value) || !Distillation.Shapes.Same(value, tensor))
            {
                throw new InvalidOperationException(
                    $"The models must be of the same kind, but '{name}' is {Distillation.Shapes.Of(tensor)} in one "
                    + $"and {Distillation.Shapes.Of(value)} in the other.");
            }

            tensor.copy_(value);
        }
    }
}
