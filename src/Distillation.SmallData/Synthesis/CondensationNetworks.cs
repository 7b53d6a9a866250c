using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>The networks of the condensation papers: small, without statistics of a batch, so that samples do not depend on each other.</summary>
/// <remarks>
/// For images [N, C, H, W] blocks of a 3×3 convolution, instance normalization with scale and shift, ReLU and a mean over 2×2 pixels: three, or fewer for
/// images of less than 16 pixels. For other inputs two linear layers with ReLU.
/// </remarks>
public static class CondensationNetworks
{
    private const int MaxBlocks = 3;

    /// <summary>Returns a delegate that makes networks without a head.</summary>
    /// <param name="data">The samples, for the shape of their inputs.</param>
    /// <param name="width">The channels of each convolution, or the units of each layer; positive. The default value is 64; the papers take 128.</param>
    /// <returns>Makes a new network, from inputs to embeddings [N, D].</returns>
    public static Func<Module<Tensor, Tensor>> Embedding(LabeledSamples data, int width = 64)
    {
        var likeness = Likeness.Of(data);
        Require.Positive(width);
        return () => Make(likeness, width, classes: null);
    }

    /// <summary>Returns a delegate that makes networks with a linear head.</summary>
    /// <param name="data">The samples, for the shape of their inputs and the number of classes C.</param>
    /// <param name="width">The channels of each convolution, or the units of each layer; positive. The default value is 64; the papers take 128.</param>
    /// <returns>Makes a new network, from inputs to logits [N, C].</returns>
    public static Func<Module<Tensor, Tensor>> Classifier(LabeledSamples data, int width = 64)
    {
        var likeness = Likeness.Of(data);
        long classes = data.Classes;
        Require.Positive(width);
        return () => Make(likeness, width, classes);
    }

    private static Module<Tensor, Tensor> Make(Likeness like, int width, long? classes)
    {
        var layers = new List<(string, Module<Tensor, Tensor>)>();
        long features = like.Shape is [_, >= 4, >= 4] ? AddConvolutions(layers, like, width) : AddLinear(layers, like, width);
        if (classes is { } count)
        {
            layers.Add(("head", Linear(features, count, device: like.Device, dtype: like.Type)));
        }

        return Sequential(layers);
    }

    private static long AddConvolutions(List<(string, Module<Tensor, Tensor>)> layers, Likeness like, int filters)
    {
        (long height, long width) = (like.Shape[1], like.Shape[2]);
        for (int block = 0; block < MaxBlocks && Math.Min(height, width) >= 2; block++)
        {
            long channels = block == 0 ? like.Shape[0] : filters;
            layers.Add(($"convolution{block}", Conv2d(channels, filters, 3, padding: 1, device: like.Device, dtype: like.Type)));
            layers.Add(($"normalization{block}", InstanceNormalization(filters, like)));
            layers.Add(($"activation{block}", ReLU()));
            layers.Add(($"pooling{block}", AvgPool2d(2)));
            (height, width) = (height / 2, width / 2);
        }

        layers.Add(("flatten", Flatten()));
        return filters * height * width;
    }

    // The parameters of the module are not initialized where it is made.
    private static Module<Tensor, Tensor> InstanceNormalization(int channels, Likeness like)
    {
        var made = GroupNorm(channels, channels, device: like.Device, dtype: like.Type);
        init.ones_(made.weight!);
        init.zeros_(made.bias!);
        return made;
    }

    private static long AddLinear(List<(string, Module<Tensor, Tensor>)> layers, Likeness like, int units)
    {
        long inputs = like.Shape.Aggregate(1L, (product, size) => product * size);
        layers.Add(("flatten", Flatten()));
        layers.Add(("linear0", Linear(inputs, units, device: like.Device, dtype: like.Type)));
        layers.Add(("activation0", ReLU()));
        layers.Add(("linear1", Linear(units, units, device: like.Device, dtype: like.Type)));
        layers.Add(("activation1", ReLU()));
        return units;
    }

    /// <summary>What a network must take: the shape of one input, the type and the device.</summary>
    private sealed record Likeness(long[] Shape, torch.ScalarType Type, torch.Device Device)
    {
        public static Likeness Of(LabeledSamples data)
        {
            Tensor inputs = Require.Present(data).Inputs;
            return new(inputs.shape[1..], inputs.dtype, inputs.device);
        }
    }
}
