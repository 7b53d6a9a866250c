using System.Runtime.CompilerServices;
using TorchSharp.Modules;

namespace Distillation.Compression.Channels;

/// <summary>
/// Sets the numbers of channels that a convolution of TorchSharp keeps beside its weights. Its forward pass compares the first with its input, and no member
/// sets them.
/// </summary>
internal static class ConvolutionSizes
{
    public static void Follow(Convolution layer)
    {
        (long first, long second) = (layer.weight.size(0), layer.weight.size(1) * layer.groups);
        long inputs = layer.transposed ? first : second;
        CheckedInputs(layer) = inputs;
        Inputs(layer) = inputs;
        Outputs(layer) = layer.transposed ? second : first;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "input_channels")]
    private static extern ref long CheckedInputs(Convolution layer);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "<in_channels>k__BackingField")]
    private static extern ref long Inputs(Convolution layer);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "<out_channels>k__BackingField")]
    private static extern ref long Outputs(Convolution layer);
}
