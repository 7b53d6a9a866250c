using System.Diagnostics;
using System.Globalization;
using Distillation.Caching;
using Distillation.Losses;
using TorchSharp.Modules;

namespace Distillation.Benchmarks;

/// <summary>What a long run takes: resident set, managed bytes and collections along 100 000 steps.</summary>
internal static class Memory
{
    private const int Samples = 6400;

    private static readonly long[] Marks = [1_000, 10_000, 100_000];

    public static void Run()
    {
        torch.set_num_threads(1);
        Console.WriteLine("| teacher | steps | resident set, MB | managed bytes a step | gen-0 collections |\n|---|--:|--:|--:|--:|");
        Print("in the loop", teacher => teacher);
        Print("cached", teacher => new CachedTeacher(teacher, Samples));
    }

    private static void Print(string name, Func<ITeacher, ITeacher> wrap)
    {
        (Sequential teacherNetwork, Sequential studentNetwork) = Networks.Of(Size.Small);
        using var scope = torch.NewDisposeScope();
        using var data = new TensorData(torch.randn(Samples, 784), torch.randint(0, 10, Samples, torch.ScalarType.Int64));
        using ITeacher live = Teacher.From(teacherNetwork);
        using ITeacher teacher = wrap(live);
        var trainer = new DistillationTrainer(
            teacher,
            Student.From(studentNetwork),
            (0.9 * new SoftTargetLoss(temperature: 4)) + (0.1 * new HardLabelLoss()),
            new TrainerOptions
            {
                Steps = (int)Marks[^1],
                BatchSize = 64,
                Optimizer = new SgdOptimizer(0.01),
            });
        trainer.Fit(data, progress: new Watch(name));
    }

    private sealed class Watch(string name) : IProgress<TrainingProgress>
    {
        private readonly long _allocated = GC.GetTotalAllocatedBytes();
        private readonly int _collections = GC.CollectionCount(0);

        public void Report(TrainingProgress value)
        {
            long step = value.Position.Step;
            if (!Marks.Contains(step))
            {
                return;
            }

            using Process process = Process.GetCurrentProcess();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {step:N0} | {process.WorkingSet64 / 1e6:0.0} | {(GC.GetTotalAllocatedBytes() - _allocated) / (double)step:0} "
                + $"| {GC.CollectionCount(0) - _collections} |"));
        }
    }
}
