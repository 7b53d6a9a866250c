using System.Globalization;
using Distillation.Evaluation;
using Distillation.SmallData;
using static TorchSharp.torch.nn;

namespace Distillation.Benchmarks.SmallData;

/// <summary>
/// <c>private DIR [first seed, 20] [seeds, 3] [images, 10000]</c>: what differential privacy costs a 784-128-10 network, on one thread. DIR has the four
/// files of Fashion-MNIST.
/// </summary>
internal static class PrivateCommand
{
    private const int Steps = 400;
    private const int BatchSize = 256;

    public static int Run(string[] args)
    {
        if (args.Length == 0)
        {
            Console.Error.WriteLine("private DIR [first seed, 20] [number of seeds, 3] [images, 10000]");
            return 1;
        }

        torch.set_num_threads(1);
        int Number(int place, int otherwise) => args.Length > place ? int.Parse(args[place], CultureInfo.InvariantCulture) : otherwise;
        var images = new IdxImages(args[0]);
        int count = Number(3, 10_000);
        Console.WriteLine("| ε | noise multiplier | accuracy % | NLL | gradients clipped % |");
        Console.WriteLine("|--:|--:|--:|--:|--:|");
        foreach (double budget in new[] { double.PositiveInfinity, 8, 3, 1 })
        {
            double noise = double.IsInfinity(budget) ? 0 : RdpAccountant.NoiseFor(budget, 1e-5, (double)BatchSize / count, Steps);
            var reports = new List<EvaluationReport>();
            var clipped = new List<double>();
            foreach (int seed in Enumerable.Range(Number(1, 20), Number(2, 3)))
            {
                using DisposeScope scope = torch.NewDisposeScope();
                using var drawn = (TensorData)images.Draw(count, seed).Labeled;
                torch.manual_seed(seed);
                using Module<Tensor, Tensor> network = Baseline.Mlp(784, 128, 10);
                DpSgdResult result = new DpSgdTrainer(new() { NoiseMultiplier = noise, BatchSize = BatchSize, Steps = Steps, Seed = seed }).Fit(network, drawn);
                network.eval();
                using ITeacher teacher = Teacher.From(network);
                reports.Add(Evaluator.Evaluate(teacher, images.Test));
                clipped.Add(result.ClippedShare);
                Console.Error.WriteLine($"seed {seed}: {result.Describe()}, {reports[^1]}");
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {budget} | {noise:0.000} | {100 * reports.Average(report => report.Accuracy):0.0} "
                + $"({100 * reports.Min(report => report.Accuracy):0.0} to {100 * reports.Max(report => report.Accuracy):0.0}) "
                + $"| {reports.Average(report => report.NegativeLogLikelihood):0.000} | {100 * clipped.Average():0} |"));
        }

        return 0;
    }
}
