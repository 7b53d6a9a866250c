using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData.Tests;

/// <summary>Two rings, one in the other: a kernel finds them at once, a line never, a small network with time.</summary>
internal static class SmallProblem
{
    public static TrainerOptions Training { get; } = new() { Steps = 150, BatchSize = 32, Optimizer = new AdamOptimizer(0.02) };

    public static TensorData Rings(int samples, int seed = 5)
    {
        using var scope = torch.NewDisposeScope();
        Tensor labels = Some.Labels(samples, 2, seed);
        Tensor angle = Some.Inputs(samples, 1, seed + 1) * 3;
        Tensor radius = labels.unsqueeze(1).to(torch.ScalarType.Float32) + 1 + (Some.Inputs(samples, 1, seed + 2) * 0.1);
        return TensorData.Owning(torch.cat([radius * angle.cos(), radius * angle.sin()], 1), labels);
    }

    public static LabeledSamples LabeledSamples(int samples, int seed = 5)
    {
        using TensorData data = Rings(samples, seed);
        return new LabeledSamples(data);
    }

    /// <summary>A model that can only draw a line.</summary>
    public static Module<Tensor, Tensor> Line() => Linear(2, 2);

    public static Sequential Network() => Sequential(("in", Linear(2, 16)), ("act", ReLU()), ("out", Linear(16, 2)));

    /// <summary>Four heaps around the corners of a square, of which some are there.</summary>
    public static TensorData Heaps(int samples, long[] classes, int seed = 5)
    {
        using var scope = torch.NewDisposeScope();
        Tensor labels = torch.tensor(classes)[Some.Labels(samples, classes.Length, seed)];
        Tensor corners = torch.tensor(new float[,] { { -2, -2 }, { 2, -2 }, { 2, 2 }, { -2, 2 } });
        return TensorData.Owning(corners[labels] + (Some.Inputs(samples, 2, seed + 1) * 0.5), labels);
    }

    public static Sequential HeapNetwork() => Sequential(("in", Linear(2, 16)), ("act", ReLU()), ("out", Linear(16, 4)));
}
