using TorchSharp.Modules;

namespace Distillation.Compression;

public static partial class StudentBuilder
{
    /// <summary>Makes a network of some layers of another, in their order: DistilBERT's way. (Sanh et al., 2019, take every second layer.)</summary>
    /// <remarks>
    /// A module with a list of layers of its own takes them in its constructor, since a <c>ModuleList</c> of TorchSharp does not forget layers that are
    /// removed.
    /// </remarks>
    /// <param name="network">The network. Its chosen layers, with their names, are those of the result from then on; the others are disposed.</param>
    /// <param name="layers">The numbers of the layers to keep, ascending, the first of the network is 0; one at least.</param>
    /// <returns>The network of these layers; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">A number is no layer, or they are not ascending.</exception>
    public static Sequential KeepLayers(Sequential network, params IReadOnlyList<int> layers)
    {
        (string name, torch.nn.Module<Tensor, Tensor> module)[] children = Children(Require.Present(network));
        RequireAscending(layers, children.Length);
        HashSet<int> kept = [.. layers];
        foreach ((int number, (_, torch.nn.Module<Tensor, Tensor> module)) in children.Index())
        {
            if (!kept.Contains(number))
            {
                module.Dispose();
            }
        }

        return torch.nn.Sequential([.. layers.Select(layer => children[layer])]);
    }

    private static (string Name, torch.nn.Module<Tensor, Tensor> Module)[] Children(Sequential network) =>
    [
        .. network.named_children().Select(child => child.module is torch.nn.Module<Tensor, Tensor> module
            ? (child.name, module)
            : throw new ArgumentException($"Each layer must map one tensor to one, but '{child.name}' is a {child.module.GetType().Name}.", nameof(network))),
    ];

    private static void RequireAscending(IReadOnlyList<int> layers, int count)
    {
        Require.Present(layers);
        bool ascending = layers.Count > 0 && layers[0] >= 0 && layers[^1] < count && layers.Zip(layers.Skip(1)).All(pair => pair.First < pair.Second);
        if (!ascending)
        {
            throw new ArgumentException($"The layers must be ascending numbers in [0, {count}), but are [{string.Join(", ", layers)}].", nameof(layers));
        }
    }
}
