using System.Diagnostics;
using System.Globalization;
using Distillation.Mpi;

namespace Distillation.Benchmarks;

/// <summary>
/// Sums of flat buffers over the ranks of an MPI job, from 4 kB to 16 MB, exact and as bfloat16; the latency α and the bandwidth β that fit the exact ones; and
/// what they give for other numbers of ranks.
/// </summary>
/// <remarks>
/// The model is that of Rabenseifner's sum (Thakur et al., 2005), without its additions: 2·⌈log₂ p⌉·α + 2·(p − 1)/p · n/β for p ranks and n bytes. Times are
/// fitted by their relative errors.
/// </remarks>
internal static class MpiSumsCommand
{
    private const int Repetitions = 31;
    private const long LargestProjection = 64;

    // The student of MpiCommand, and one of 10 M parameters.
    private static readonly long[] Projected = [272_000, 10_000_000];

    public static int Run()
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        torch.set_num_threads(1);
        using MpiEnvironment mpi = MpiEnvironment.Start(new() { CompressGradients = true });
        IRanks ranks = mpi.Ranks;
        if (ranks.Count == 1)
        {
            Console.Error.WriteLine("A sum needs two ranks: mpirun -n 2 dotnet Distillation.Benchmarks.dll mpi-sums");
            return 2;
        }

        long[] sizes = [.. Enumerable.Range(0, 7).Select(i => 1024L << (2 * i))];
        (long Bytes, double Seconds)[] measured = [.. sizes.Select(numbers => (4 * numbers, Time(mpi, numbers, ranks.Sum)))];
        double[] compressed = [.. sizes.Select(numbers => Time(mpi, numbers, flat => ranks.SumGradients(flat, numbers)))];
        if (ranks.Rank == 0)
        {
            Report(ranks.Count, measured, compressed);
        }

        return 0;
    }

    // The median of rank 0; all begin together.
    private static double Time(MpiEnvironment mpi, long numbers, Action<Tensor> sum)
    {
        using Tensor flat = torch.zeros(numbers);
        var seconds = new List<double>();
        for (int i = 0; i < Repetitions; i++)
        {
            mpi.Barrier();
            long began = Stopwatch.GetTimestamp();
            sum(flat);
            seconds.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
        }

        seconds.Sort();
        return seconds[Repetitions / 2];
    }

    private static void Report(int ranks, (long Bytes, double Seconds)[] measured, double[] compressed)
    {
        (double latency, double bandwidth) = Fit(ranks, measured);
        Console.WriteLine($"{ranks} ranks: a latency of {1e6 * latency:F0} µs, a bandwidth of {bandwidth / 1e6:F0} MB/s");
        foreach (((long bytes, double seconds), double rounded) in measured.Zip(compressed))
        {
            Console.WriteLine(
                $"{bytes / 1024} kB: measured {1e3 * seconds:F2} ms, by the model {1e3 * Model(ranks, bytes, latency, bandwidth):F2} ms; "
                + $"as bfloat16 {1e3 * rounded:F2} ms");
        }

        for (long p = 2; p <= LargestProjection; p *= 2)
        {
            long count = p;
            IEnumerable<string> times = Projected.Select(numbers => $"{numbers:N0} parameters {1e3 * Model(count, 4 * numbers, latency, bandwidth):F1} ms");
            Console.WriteLine($"computed for {p} ranks: {string.Join(", ", times)}");
        }
    }

    // Least squares of (α·a + b/β − t)/t, in α and 1/β; neither is below 0.
    private static (double Latency, double Bandwidth) Fit(int ranks, (long Bytes, double Seconds)[] measured)
    {
        (double aa, double ab, double bb, double a, double b) = (0, 0, 0, 0, 0);
        foreach ((long bytes, double seconds) in measured)
        {
            (double latencies, double volume) = (Latencies(ranks) / seconds, Volume(ranks, bytes) / seconds);
            aa += latencies * latencies;
            ab += latencies * volume;
            bb += volume * volume;
            a += latencies;
            b += volume;
        }

        double determinant = (aa * bb) - (ab * ab);
        double latency = ((a * bb) - (b * ab)) / determinant;
        return latency > 0 ? (latency, determinant / ((b * aa) - (a * ab))) : (0, bb / b);
    }

    private static double Model(long ranks, long bytes, double latency, double bandwidth) => (Latencies(ranks) * latency) + (Volume(ranks, bytes) / bandwidth);

    private static double Latencies(long ranks) => 2 * Math.Ceiling(Math.Log2(ranks));

    private static double Volume(long ranks, long bytes) => 2.0 * (ranks - 1) / ranks * bytes;
}
