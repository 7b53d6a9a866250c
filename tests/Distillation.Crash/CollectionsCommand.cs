using System.Globalization;
using System.Runtime.InteropServices;
using Distillation.Losses;
using static TorchSharp.torch.nn;

namespace Distillation.Crash;

/// <summary>Trains beside a service, whose garbage collections free what TorchSharp does not keep alive while native code uses it.</summary>
internal static class CollectionsCommand
{
    private const long Features = 6;
    private const long Width = 32;
    private const long Classes = 3;

    /// <summary>Trains, begins anew after each failure, and writes what came of it.</summary>
    /// <returns>How many runs failed.</returns>
    public static long Run(StudentKind kind, long steps, TextWriter output)
    {
        using var service = new JsonService();
        long failures = 0;
        for (long done = 0; done < steps;)
        {
            using var network = new Network(kind);
            try
            {
                Train(network, kind, steps - done);
            }
            catch (Exception exception) when (exception.GetBaseException() is ExternalException)
            {
                failures++;
                output.WriteLine($"after {done + network.Steps} steps: {exception.GetBaseException().Message.Split('\n')[0]}");
            }

            done += network.Steps;
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{failures} failures in {steps} steps and {service.Collections} collections"));
        return failures;
    }

    /// <summary>Trains a network, always the same one.</summary>
    /// <returns>Its weights at the end.</returns>
    public static float[] Weights(StudentKind kind, long steps)
    {
        torch.manual_seed(6);
        using var network = new Network(kind);
        Train(network, kind, steps);
        return [.. network.parameters().SelectMany(parameter => parameter.data<float>())];
    }

    private static void Train(Network network, StudentKind kind, long steps)
    {
        torch.set_num_threads(1);
        torch.manual_seed(5);
        using Tensor inputs = torch.randn(400, Features);
        using var data = new TensorData(inputs);
        using var taught = Sequential(("in", Linear(Features, Width)), ("act", ReLU()), ("out", Linear(Width, Classes)));
        using ITeacher teacher = Teacher.From(taught);
        using IStudent student = Student.From(network);
        var options = new TrainerOptions { Steps = steps, BatchSize = 8, Optimizer = Optimizer(kind) };
        new DistillationTrainer(teacher, student, new SoftTargetLoss(temperature: 4), options).Fit(data);
    }

    private static IOptimizerStrategy Optimizer(StudentKind kind) => kind switch
    {
        StudentKind.Optimizer or StudentKind.Everything =>
            new CustomOptimizer(0.001, parameters => torch.optim.AdamW(parameters.Select(named => named.Parameter), 0.001, weight_decay: 0.01)),
        _ => new AdamWOptimizer(0.001),
    };

    // Code of an application: operators of TorchSharp, numbers that nobody holds.
    private sealed class Network : Module<Tensor, Tensor>
    {
        private readonly StudentKind _kind;
        private readonly Module<Tensor, Tensor> _in = Linear(Features, Width);
        private readonly Module<Tensor, Tensor> _norm = BatchNorm1d(Width);
        private readonly Module<Tensor, Tensor> _drop = Dropout(0.3);
        private readonly Module<Tensor, Tensor> _middle = Linear(Width, Width);
        private readonly Module<Tensor, Tensor> _out = Linear(Width, Classes);

        public Network(StudentKind kind)
            : base(nameof(Network))
        {
            _kind = kind;
            RegisterComponents();
        }

        public long Steps { get; private set; }

        public override Tensor forward(Tensor input)
        {
            Steps++;
            Tensor x = _in.call(input);
            if (_kind is StudentKind.Layers or StudentKind.Everything)
            {
                x = _drop.call(_norm.call(x));
            }

            x = functional.relu(x);
            Tensor y = _middle.call(x);
            y = _kind is StudentKind.Operators or StudentKind.Everything ? x + (y * 0.5) - (y.square() / 4) : y;
            return _out.call(y);
        }
    }
}
