namespace Distillation.Compression.Channels;

/// <summary>Weights of zeros for a layer, in given shapes.</summary>
internal static class ShapedWeights
{
    /// <param name="layer">The layer.</param>
    /// <param name="shapes">The shapes by the names of tensors in the network.</param>
    /// <param name="seen">Receives the names of the layer's tensors.</param>
    /// <exception cref="ArgumentException">A shape is missing or impossible.</exception>
    public static LayerWeights Of(ChannelLayer layer, IReadOnlyDictionary<string, long[]> shapes, HashSet<string> seen)
    {
        LayerWeights former = layer.Weights;
        using var scope = torch.NewDisposeScope();
        Tensor? weight = Make("weight", former.Weight);
        Tensor? mean = Make("running_mean", former.Mean);
        long channels = (weight ?? mean)!.size(layer.OutputDimension);
        return new()
        {
            Weight = weight?.DetachFromDisposeScope(),
            Bias = Follow("bias", Make("bias", former.Bias)),
            Mean = Follow("running_mean", mean),
            Variance = Follow("running_var", Make("running_var", former.Variance)),
        };

        Tensor? Make(string name, Tensor? tensor)
        {
            if (tensor is null)
            {
                return null;
            }

            string full = layer.Path.Length == 0 ? name : $"{layer.Path}.{name}";
            seen.Add(full);
            long[] shape = shapes.TryGetValue(full, out long[]? given)
                ? given
                : throw new ArgumentException($"The shape of '{full}' is missing.", nameof(shapes));
            long[] own = tensor.shape;
            bool fits = shape.Length == own.Length && shape.Index().All(size => size.Item > 0
                && (size.Item == own[size.Index] || size.Index == layer.OutputDimension || size.Index == layer.InputDimension || own.Length == 1));
            return fits
                ? torch.zeros(shape, tensor.dtype, tensor.device)
                : throw new ArgumentException(
                    $"'{full}' can have other numbers of channels than {Shapes.Of(tensor)}, but not the shape [{string.Join(", ", shape)}].", nameof(shapes));
        }

        Tensor? Follow(string name, Tensor? made) => made is null || made.size(0) == channels
            ? made?.DetachFromDisposeScope()
            : throw new ArgumentException(
                $"Layer '{layer.Path}' must have as many of '{name}' as of its channels, {channels}, but the shape is {Shapes.Of(made)}.", nameof(shapes));
    }

    public static bool Differ(ChannelLayer layer, LayerWeights weights) =>
        !(layer.Weights.Weight ?? layer.Weights.Mean)!.shape.AsSpan().SequenceEqual((weights.Weight ?? weights.Mean)!.shape);
}
