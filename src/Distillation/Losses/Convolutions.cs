using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>The stacks of 3×3 convolutions of factor transfer, which leave the size of a map as it is.</summary>
internal static class Convolutions
{
    private const double Slope = 0.1;

    public static Sequential Encoder(long channels, long factors, bool normalize) =>
        Stack(normalize, (channels, channels), (channels, factors), (factors, factors));

    // Not transposed, which would be the same at stride 1: libtorch 2.10 gives NaN in some of those on processors with few channels.
    public static Sequential Decoder(long channels, long factors, bool normalize) =>
        Stack(normalize, (factors, factors), (factors, channels), (channels, channels));

    private static Sequential Stack(bool normalize, params (long From, long To)[] layers)
    {
        Sequential stack = Sequential();
        foreach ((long from, long to) in layers)
        {
            stack.append(Conv2d(from, to, kernel_size: 3, padding: 1));
            if (normalize)
            {
                stack.append(BatchNorm2d(to));
            }

            stack.append(LeakyReLU(Slope));
        }

        return stack;
    }
}
