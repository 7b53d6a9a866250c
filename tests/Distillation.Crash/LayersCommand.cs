using System.Globalization;
using static TorchSharp.torch.nn;

namespace Distillation.Crash;

/// <summary>Compares layers with float64 in a process that has not run any before.</summary>
internal static class LayersCommand
{
    private const long Samples = 16;
    private const long Size = 8;

    // Numbers of channels that fill no vector, some and all.
    private static readonly long[] Channels = [1, 3, 4, 8, 12, 16, 20, 24, 32];

    /// <summary>Writes for each layer the largest error of outputs and gradients after a pass of a student, relative to the largest number.</summary>
    public static void Run(TextWriter output)
    {
        torch.manual_seed(1);
        foreach (long from in Channels)
        {
            foreach (long to in Channels)
            {
                using Module<Tensor, Tensor> convolution = Sequential(Conv2d(1, from, 3), Conv2d(from, to, 3), ConvTranspose2d(to, from, 3));
                Write(output, $"convolutions {from} {to}", convolution, [Samples, 1, Size, Size]);
            }

            using Module<Tensor, Tensor> recurrence = new Recurrence(from);
            Write(output, $"LSTM {from}", recurrence, [Samples, Size, from]);
        }
    }

    private static void Write(TextWriter output, string name, Module<Tensor, Tensor> network, long[] shape)
    {
        using var scope = torch.NewDisposeScope();
        using IStudent student = Student.From(network);
        Tensor inputs = torch.rand(shape);
        using var data = new TensorData(inputs, torch.zeros([shape[0]], torch.ScalarType.Int64));
        using (torch.no_grad())
        {
            _ = student.Forward(data.Read(torch.arange(Samples)), FeatureSet.None);
        }

        Tensor[] actual = Numbers(network, inputs);
        network.to(torch.ScalarType.Float64);
        double error = actual.Zip(Numbers(network, inputs.to(torch.ScalarType.Float64)), Error).Max();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {error:G3}"));
    }

    private static double Error(Tensor actual, Tensor wanted) =>
        ((actual.to(torch.ScalarType.Float64) - wanted).abs().max() / wanted.abs().max()).item<double>();

    private static Tensor[] Numbers(Module<Tensor, Tensor> network, Tensor inputs)
    {
        Tensor own = inputs.detach().requires_grad_(true);
        network.zero_grad();
        Tensor output = network.call(own);
        output.sum().backward();
        using var noGradient = torch.no_grad();
        return [network.call(inputs), output.detach(), own.grad!, .. network.parameters().Select(parameter => parameter.grad!.clone())];
    }

    private sealed class Recurrence : Module<Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.LSTM _layer;

        public Recurrence(long size)
            : base(nameof(Recurrence))
        {
            _layer = LSTM(size, size, batchFirst: true);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => _layer.call(input).Item1;
    }
}
