using System.Diagnostics;
using System.Globalization;

namespace Distillation.Crash;

/// <summary>A long run that is canceled and resumed again and again, and tells what it holds meanwhile.</summary>
internal static class SoakCommand
{
    private const long StepsBetweenStops = 997;
    private const long Samples = 4000;

    /// <summary>Runs, and writes a line at each tenth of the way.</summary>
    /// <returns>What was held each time the run had stopped, once it had warmed up.</returns>
    public static IReadOnlyList<Holding> Run(string directory, long steps, TextWriter output)
    {
        var holdings = new List<Holding>();
        using var run = new SmallRun(TeacherKind.Cached, Samples);
        for (long end = StepsBetweenStops; ; end += StepsBetweenStops)
        {
            using var cancellation = new CancellationTokenSource();
            TrainingResult result = run.Fit(
                steps, new(directory) { EverySteps = 100 }, new CancelAfter(end, cancellation), cancellationToken: cancellation.Token);
            var holding = Holding.Now(result.Position.Step);
            if (holdings.Count == 0 || holding.Step * 10 / steps > holdings[^1].Step * 10 / steps)
            {
                output.WriteLine(holding);
            }

            holdings.Add(holding);
            if (result.Status == TrainingStatus.Completed)
            {
                return holdings;
            }
        }
    }

    /// <summary>What the process holds.</summary>
    internal sealed record Holding(long Step, long Tensors, int Handles, long ResidentBytes)
    {
        public static Holding Now(long step)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            using Process process = Process.GetCurrentProcess();
            return new(step, torch.Tensor.TotalCount, process.HandleCount, process.WorkingSet64);
        }

        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"step {Step}: {Tensors} tensors, {Handles} handles, {ResidentBytes / 1e6:F1} MB");
    }

    private sealed class CancelAfter(long step, CancellationTokenSource cancellation) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Position.Step >= step)
            {
                cancellation.Cancel();
            }
        }
    }
}
