using static TorchSharp.torch.nn;
using Sequential = TorchSharp.Modules.Sequential;

namespace QuickStart;

/// <summary>The networks that the jobs train: 28×28 pixels in, ten logits out.</summary>
internal static class Networks
{
    /// <summary>Makes 784-hidden-10, with weights from libtorch's generator.</summary>
    public static Sequential Mlp(int hidden) => Sequential(("flatten", Flatten()), ("in", Linear(784, hidden)), ("act", ReLU()), ("out", Linear(hidden, 10)));

    /// <summary>Makes five convolutions with batch normalization, 0.16 million weights, from libtorch's generator.</summary>
    public static Sequential Convolutional() => Sequential(
        ("norm", BatchNorm2d(1)),
        ("block1", Block(1, 16)),
        ("pool1", MaxPool2d(2)),
        ("block2", Block(16, 48)),
        ("block3", Block(48, 48)),
        ("pool2", MaxPool2d(2)),
        ("block4", Block(48, 96)),
        ("block5", Block(96, 96)),
        ("mean", AdaptiveAvgPool2d(1)),
        ("flatten", Flatten()),
        ("out", Linear(96, 10)));

    /// <summary>Makes 784-hidden-10, with weights from the seed.</summary>
    public static Sequential Mlp(int hidden, int seed)
    {
        TorchSharp.torch.manual_seed(seed);
        return Mlp(hidden);
    }

    private static Sequential Block(long from, long to) =>
        Sequential(("conv", Conv2d(from, to, 3, padding: 1, bias: false)), ("norm", BatchNorm2d(to)), ("act", ReLU()));
}
