using System.Diagnostics;
using System.Globalization;
using Distillation.Arrow;
using Distillation.Losses;

namespace Distillation.Benchmarks;

/// <summary>A teacher's outputs on disk: size of a store of lists, speed of random reads, and what lists cost in loss.</summary>
internal static class StoreCommand
{
    public static int Run()
    {
        torch.set_num_threads(1);
        torch.manual_seed(1);
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            string lists = Path.Combine(folder.FullName, "lists");
            string dense = Path.Combine(folder.FullName, "dense");
            Fill(lists, 50_000, 10_000, OutputRepresentation.TopK(16));
            long bytes = new DirectoryInfo(lists).EnumerateFiles().Sum(file => file.Length);
            Console.WriteLine($"top-16, 50 000 samples of 10 000 classes: {bytes / 1e6:F2} MB");
            Fill(dense, 50_000, 1000, OutputRepresentation.DenseFloat16);
            Speed(dense);
            string peaked = Path.Combine(folder.FullName, "peaked");
            Loss(peaked);
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // Peaked: standard normal logits, and 14 more for one class.
    private static Tensor Peaked(int samples, int classes) =>
        torch.randn(samples, classes)
            .scatter_add_(1, torch.randint(0, classes, [samples, 1], torch.ScalarType.Int64), torch.full([samples, 1], 14, torch.ScalarType.Float32));

    private static void Fill(string folder, int samples, int classes, OutputRepresentation representation)
    {
        using ArrowOutputStore store = ArrowOutputStore.Open(folder, samples, "noise", new() { Representation = representation });
        for (int start = 0; start < samples; start += 1000)
        {
            using var scope = torch.NewDisposeScope();
            store.Write([.. Enumerable.Range(start, 1000).Select(sample => (long)sample)], new ulong[1000], new(Peaked(1000, classes)));
        }
    }

    private static void Speed(string folder)
    {
        using ArrowOutputStore store = ArrowOutputStore.OpenRead(folder, "noise");
        var rates = new List<double>();
        for (int round = 0; round < 21; round++)
        {
            using var scope = torch.NewDisposeScope();
            Tensor order = torch.randperm(50_000, torch.ScalarType.Int64);
            long began = Stopwatch.GetTimestamp();
            for (int start = 0; start + 64 <= 50_000; start += 64)
            {
                using var inner = torch.NewDisposeScope();
                store.Read(order.narrow(0, start, 64), FeatureSet.None);
            }

            rates.Add(50_000 / 64 * 64 * 2000 / 1e6 / Stopwatch.GetElapsedTime(began).TotalSeconds);
        }

        rates.Sort();
        Console.WriteLine(
            "random batches of 64 x 1 000 classes, float16 on disk, float32 given: "
            + $"{rates[10]:F0} MB/s of the file (middle half {rates[5]:F0} to {rates[15]:F0})");
    }

    private static void Loss(string folder)
    {
        using var scope = torch.NewDisposeScope();
        Tensor teacher = Peaked(512, 1000);
        Tensor student = torch.randn(512, 1000);
        using ArrowOutputStore store = ArrowOutputStore.Open(folder, 512, "peaked", new() { Representation = OutputRepresentation.TopK(16) });
        store.Write([.. Enumerable.Range(0, 512).Select(sample => (long)sample)], new ulong[512], new(teacher));
        Tensor kept = store.Read(torch.arange(512, torch.ScalarType.Int64), FeatureSet.None).Logits;
        foreach (double temperature in (double[])[1, 4])
        {
            double dense = Value(student, teacher, temperature);
            Console.WriteLine(
                $"KD loss at T = {temperature}: {dense:F4} dense, {100 * ((Value(student, kept, temperature) / dense) - 1):+0.00;-0.00} % "
                + "of it from top-16 lists");
        }
    }

    private static double Value(Tensor student, Tensor teacher, double temperature) =>
        new SoftTargetLoss(temperature).Compute(
            new(new(student), new(teacher), new Batch(torch.zeros(student.size(0), 1), null, torch.arange(student.size(0), torch.ScalarType.Int64)), default))
                .item<float>();
}
