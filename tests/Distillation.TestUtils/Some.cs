using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests;

/// <summary>Small things to test with.</summary>
internal static class Some
{
    /// <summary>A network with named layers: in, act, out.</summary>
    public static Sequential Mlp(long inputs = 6, long hidden = 5, long classes = 3, int seed = 1, torch.ScalarType dtype = torch.ScalarType.Float32)
    {
        torch.manual_seed(seed);
        Sequential network = Sequential(("in", Linear(inputs, hidden)), ("act", ReLU()), ("out", Linear(hidden, classes)));
        return (Sequential)network.to(dtype);
    }

    /// <summary>
    /// A convolutional network with named layers: conv, act, pool, flat, out. In float64: libtorch 2.10 has NaN in float32 gradients of convolutions of few
    /// channels on some processors.
    /// </summary>
    public static Sequential ConvNet(long channels, long stride = 1, long classes = 3, int seed = 1)
    {
        torch.manual_seed(seed);
        return (Sequential)Sequential(
            ("conv", Conv2d(1, channels, kernel_size: 3, stride: stride, padding: 1)),
            ("act", ReLU()),
            ("pool", AdaptiveAvgPool2d(1)),
            ("flat", Flatten()),
            ("out", Linear(channels, classes))).to(torch.ScalarType.Float64);
    }

    /// <summary>Images of one channel, 8×8, in float64.</summary>
    public static TensorData Images(long samples = 20, long classes = 3, int seed = 2) =>
        new(Inputs(samples, 64, seed, torch.ScalarType.Float64).view(samples, 1, 8, 8), Labels(samples, classes, seed + 1));

    public static Tensor Inputs(long samples = 20, long features = 6, int seed = 2, torch.ScalarType dtype = torch.ScalarType.Float32)
    {
        using var generator = new torch.Generator((ulong)seed);
        return torch.randn([samples, features], dtype, generator: generator);
    }

    public static Tensor Labels(long samples = 20, long classes = 3, int seed = 3)
    {
        using var generator = new torch.Generator((ulong)seed);
        return torch.randint(0, classes, [samples], torch.ScalarType.Int64, generator: generator);
    }

    public static TensorData Data(long samples = 20, long features = 6, long classes = 3, int seed = 2, torch.ScalarType dtype = torch.ScalarType.Float32) =>
        new(Inputs(samples, features, seed, dtype), Labels(samples, classes, seed + 1));

    public static Batch Batch(long samples = 8, long features = 6, long classes = 3, int seed = 2, torch.ScalarType dtype = torch.ScalarType.Float32) =>
        new(Inputs(samples, features, seed, dtype), Labels(samples, classes, seed + 1), torch.arange(samples, torch.ScalarType.Int64));

    /// <summary>A context of random logits, in float64, with a graph at the student's.</summary>
    public static DistillationContext Context(long samples = 5, long classes = 4, int seed = 5, TrainingPosition position = default)
    {
        Tensor student = Inputs(samples, classes, seed, torch.ScalarType.Float64).requires_grad_();
        Tensor teacher = Inputs(samples, classes, seed + 1, torch.ScalarType.Float64);
        return Context(student, teacher, Labels(samples, classes, seed + 2), position);
    }

    public static DistillationContext Context(Tensor student, Tensor? teacher, Tensor? labels, TrainingPosition position = default) =>
        new(
            new ModelOutput(student),
            teacher is null ? null : new ModelOutput(teacher),
            new Batch(torch.zeros(student.size(0), 1), labels, torch.arange(student.size(0), torch.ScalarType.Int64)),
            position);

    public static double[] Weights(torch.nn.Module module)
    {
        using var scope = torch.NewDisposeScope();
        return [.. module.parameters().SelectMany(parameter => parameter.detach().to(torch.ScalarType.Float64).data<double>().ToArray())];
    }
}
