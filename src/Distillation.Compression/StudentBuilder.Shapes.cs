using Distillation.Compression.Channels;
using Distillation.Serialization;

namespace Distillation.Compression;

public static partial class StudentBuilder
{
    /// <summary>
    /// Gives the layers of a network the shapes that they have in the file of a pruned one, so that it can be loaded. Weights of layers that change are zero
    /// until then.
    /// </summary>
    /// <remarks>
    /// <c>using (SafetensorsFile file = SafetensorsFile.Open(path)) { StudentBuilder.MatchShapes(network, file); } ModuleWeights.Load(network, path);</c>
    /// </remarks>
    /// <param name="network">The network, with the code that it had before <see cref="PruneChannels"/>. It is changed.</param>
    /// <param name="file">The weights of the pruned network, as <c>ModuleWeights.Save</c> writes them; other tensors in the file are ignored.</param>
    /// <exception cref="ArgumentException">
    /// A tensor of a layer is missing or its shape impossible, or one that belongs to no layer with channels has another shape; the network then is as it was.
    /// </exception>
    public static void MatchShapes(torch.nn.Module network, SafetensorsFile file) =>
        SetShapes(network, Require.Present(file).Names.ToDictionary(name => name, name => file.Find(name)!.Shape.ToArray()));

    internal static void SetShapes(torch.nn.Module network, IReadOnlyDictionary<string, long[]> shapes)
    {
        Require.Present(network);
        var changes = new List<(ChannelLayer Layer, LayerWeights Weights)>();
        try
        {
            var seen = new HashSet<string>();
            foreach (ChannelLayer layer in ChannelLayer.AllOf(network))
            {
                changes.Add((layer, ShapedWeights.Of(layer, shapes, seen)));
            }

            foreach ((string name, Tensor tensor) in network.state_dict())
            {
                if (!seen.Contains(name) && shapes.TryGetValue(name, out long[]? shape) && !shape.AsSpan().SequenceEqual(tensor.shape))
                {
                    throw new ArgumentException(
                        $"'{name}' must have the shape {Shapes.Of(tensor)}, because no layer with channels holds it, "
                        + $"but the shape is [{string.Join(", ", shape)}].",
                        nameof(shapes));
                }
            }

            foreach ((ChannelLayer layer, LayerWeights weights) in changes.Where(change => ShapedWeights.Differ(change.Layer, change.Weights)))
            {
                layer.Set(weights);
            }
        }
        finally
        {
            changes.ForEach(change => change.Weights.Dispose());
        }
    }
}
