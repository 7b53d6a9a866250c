using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Benchmarks;

/// <summary>How large teacher and student are.</summary>
public enum Size
{
    /// <summary>784-128-10 and 784-64-10.</summary>
    Small,

    /// <summary>784-512-512-10 and 784-256-10.</summary>
    Medium,

    /// <summary>784-2048-2048-10 and 784-512-512-10.</summary>
    Large,

    /// <summary>784-512-512-10, and a student of 200 linear layers 64 wide: 400 parameter tensors.</summary>
    Deep,

    /// <summary>784-512-10000 and 784-64-10000.</summary>
    Wide,
}

internal static class Networks
{
    public static (Sequential Teacher, Sequential Student) Of(Size size) => size switch
    {
        Size.Small => (Mlp(784, 128, 10), Mlp(784, 64, 10)),
        Size.Medium => (Mlp(784, 512, 512, 10), Mlp(784, 256, 10)),
        Size.Large => (Mlp(784, 2048, 2048, 10), Mlp(784, 512, 512, 10)),
        Size.Deep => (Mlp(784, 512, 512, 10), Mlp([784, .. Enumerable.Repeat(64L, 199), 10])),
        _ => (Mlp(784, 512, 10_000), Mlp(784, 64, 10_000)),
    };

    private static Sequential Mlp(params long[] widths)
    {
        torch.manual_seed(1);
        Sequential network = Sequential();
        for (int i = 1; i < widths.Length; i++)
        {
            network.append(Linear(widths[i - 1], widths[i]));
            if (i < widths.Length - 1)
            {
                network.append(ReLU());
            }
        }

        return network;
    }
}
