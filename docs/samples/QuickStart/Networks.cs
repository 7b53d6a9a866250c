using static TorchSharp.torch.nn;
using Sequential = TorchSharp.Modules.Sequential;

namespace QuickStart;

/// <summary>The networks that the jobs train: 28×28 pixels in, ten logits out.</summary>
internal static class Networks
{
    /// <summary>Makes 784-hidden-10, with weights from libtorch's generator.</summary>
    public static Sequential Mlp(int hidden) => Sequential(("flatten", Flatten()), ("in", Linear(784, hidden)), ("act", ReLU()), ("out", Linear(hidden, 10)));

    /// <summary>Makes 784-hidden-10, with weights from the seed.</summary>
    public static Sequential Mlp(int hidden, int seed)
    {
        TorchSharp.torch.manual_seed(seed);
        return Mlp(hidden);
    }
}
