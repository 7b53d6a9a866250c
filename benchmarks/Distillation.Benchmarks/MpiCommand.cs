using System.Diagnostics;
using System.Globalization;
using Distillation.Losses;
using Distillation.Mpi;

namespace Distillation.Benchmarks;

/// <summary>
/// Steps of a convolutional network, 2.4 M to 0.27 M parameters, on the ranks of an MPI job or alone: time and processor time of a step, and how much of it is
/// the sum over ranks, waiting included.
/// </summary>
internal static class MpiCommand
{
    private const int Steps = 24;
    private const int WarmUp = 4;

    public static int Run()
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        torch.set_num_threads(1);
        using MpiEnvironment mpi = MpiEnvironment.Start();
        torch.manual_seed(1);
        using var train = new TensorData(torch.randn(256, 1, 28, 28), torch.randint(0, 10, 256, torch.ScalarType.Int64));
        using ResidualNetwork big = new(48), small = new(16);
        using ITeacher teacher = Teacher.From(big);
        var ranks = new TimedRanks(mpi.Ranks);
        var clock = new StepClock();
        var options = new TrainerOptions
        {
            Steps = Steps,
            BatchSize = 64,
            ReportEverySteps = 1,
            Optimizer = new SgdOptimizer(0.01) { Momentum = 0.9 },
            Ranks = ranks,
        };
        new DistillationTrainer(teacher, Student.From(small), (0.9 * new SoftTargetLoss(4)) + (0.1 * new HardLabelLoss()), options).Fit(train, progress: clock);
        if (ranks.Rank == 0)
        {
            Console.WriteLine($"{ranks.Count} rank(s), batches of {options.BatchSize}: {clock.Describe()}");
            Console.WriteLine($"sum over ranks: {(ranks.Sums.Count == 0 ? "none" : Describe(ranks.Sums[WarmUp..]))}");
        }

        return 0;
    }

    private static string Describe(IReadOnlyList<double> milliseconds)
    {
        double[] sorted = [.. milliseconds.Order()];
        return $"{sorted[0]:F1} ms at least, {sorted[sorted.Length / 2]:F1} ms in the median";
    }

    // Of rank 0, from report to report.
    private sealed class StepClock : IProgress<TrainingProgress>
    {
        private readonly List<double> _steps = [];
        private readonly List<double> _processor = [];
        private long _last = Stopwatch.GetTimestamp();
        private TimeSpan _lastProcessor = Environment.CpuUsage.TotalTime;

        public void Report(TrainingProgress value)
        {
            _steps.Add(Stopwatch.GetElapsedTime(_last).TotalMilliseconds);
            _processor.Add((Environment.CpuUsage.TotalTime - _lastProcessor).TotalMilliseconds);
            (_last, _lastProcessor) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        }

        public string Describe() => $"step {MpiCommand.Describe(_steps[WarmUp..])}; processor time {MpiCommand.Describe(_processor[WarmUp..])}";
    }

    private sealed class TimedRanks(IRanks inner) : IRanks
    {
        public List<double> Sums { get; } = [];

        public int Rank => inner.Rank;

        public int Count => inner.Count;

        public void Sum(Tensor flat) => inner.Sum(flat);

        public void SumGradients(Tensor flat, long gradients)
        {
            long began = Stopwatch.GetTimestamp();
            inner.SumGradients(flat, gradients);
            Sums.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        public void Broadcast(Tensor flat) => inner.Broadcast(flat);

        public void Fail(Exception reason) => inner.Fail(reason);
    }
}
