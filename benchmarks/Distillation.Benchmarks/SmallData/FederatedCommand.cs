using System.Globalization;
using Distillation.SmallData;
using TorchSharp.Modules;

namespace Distillation.Benchmarks.SmallData;

/// <summary>
/// <c>federated DIR [first seed] [seeds] [case]</c>: ways of learning from scattered images side by side, on one thread. DIR has the four files of
/// Fashion-MNIST.
/// </summary>
internal static class FederatedCommand
{
    private const int Steps = 1_000;

    private static readonly (string Name, int Samples, Func<IDataSource, int, IReadOnlyList<IDataSource>> Split)[] Cases =
    [
        ("10 clients of 100 images, all classes", 1_000, (images, seed) => FederatedPartition.ClassesPerClient(images, 10, 10, seed)),
        ("10 clients of 100 images, 5 classes each", 1_000, (images, seed) => FederatedPartition.ClassesPerClient(images, 5, 10, seed)),
        ("20 clients of 100 images, Dirichlet(0.3)", 2_000, (images, seed) => FederatedPartition.Dirichlet(images, 0.3, 20, seed)),
    ];

    public static int Run(string[] args)
    {
        if (args.Length == 0)
        {
            Console.Error.WriteLine("federated DIR [first seed, 20] [number of seeds, 3] [case, 1 to 3; all if not given]");
            return 1;
        }

        torch.set_num_threads(1);
        int[] numbers = [.. args.Skip(1).Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
        var images = new IdxImages(args[0]);
        for (int number = 0; number < Cases.Length; number++)
        {
            if (numbers.Length > 2 && numbers[2] != number + 1)
            {
                continue;
            }

            var results = new List<FederatedComparisonResult>();
            foreach (int seed in Enumerable.Range(numbers.ElementAtOrDefault(0) is > 0 and int first ? first : 20, numbers.Length > 1 ? numbers[1] : 3))
            {
                results.Add(Compare(images, number, seed));
            }

            Print(Cases[number].Name, results);
        }

        return 0;
    }

    private static FederatedComparisonResult Compare(IdxImages images, int number, int seed)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using var drawn = (TensorData)images.Draw(Cases[number].Samples, seed).Labeled;
        var generator = new RandomChoice(new Mixup(new RandomAffine()), new RandomAffine { Degrees = 10, Scale = 0.1, Pixels = 2 });
        var options = new FederatedComparisonOptions
        {
            OneShot = new()
            {
                Seed = seed,
                PlainTraining = Baseline.Training(3, Steps / 2),
                Training = Baseline.Training(0.5, Steps),
                PoolFactor = 4,
            },
            Averaging = new() { Seed = seed },
            Fusion = new() { Training = new() { Seed = seed, Steps = Steps, Optimizer = new AdamOptimizer(new Schedule.Cosine(1e-3)) } },
        };
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Cases[number].Name}, seed {seed}"));
        return new FederatedComparison(Original, generator, options).Run(Cases[number].Split(drawn, seed), images.Test, progress: new Prints());
    }

    private static void Print(string name, List<FederatedComparisonResult> results)
    {
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}, mean of {results.Count} seeds"));
        Console.WriteLine("| way | accuracy % | lowest to highest | ECE % | sent MB | received MB | rounds | seconds |");
        Console.WriteLine("|---|--:|--:|--:|--:|--:|--:|--:|");
        for (int i = 0; i < results[0].Rows.Count; i++)
        {
            FederatedComparisonRow[] rows = [.. results.Select(result => result.Rows[i])];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {rows[0].Name} | {100 * rows.Average(row => row.Accuracy):0.0} | {100 * rows.Min(row => row.Accuracy):0.0} to "
                + $"{100 * rows.Max(row => row.Accuracy):0.0} | {100 * rows.Average(row => row.ExpectedCalibrationError):0.0} | "
                + $"{rows.Average(row => row.BytesSent) / 1e6:0} | {rows.Average(row => row.BytesReceived) / 1e6:0} | {rows[0].Rounds} | "
                + $"{rows.Average(row => row.Seconds):0.0} |"));
        }

        Console.WriteLine();
    }

    private static Sequential Original() => Baseline.Mlp(784, 128, 10);

    private sealed class Prints : IProgress<FederatedComparisonRow>
    {
        public void Report(FederatedComparisonRow value) => Console.WriteLine("  " + value.Describe());
    }
}
