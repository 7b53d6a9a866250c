using System.Diagnostics;
using System.Globalization;

namespace Distillation.Benchmarks;

/// <summary>Ratios within two minutes: both sides in one process, in turns, forwards and backwards; the ratio is the median of the rounds' ratios.</summary>
internal static class Quick
{
    /// <summary>Gets the ratios that were measured so far.</summary>
    public static List<Ratio> Measured { get; } = [];

    public static void Run()
    {
        torch.set_num_threads(1);
        Console.WriteLine("library / by hand, one thread, batch 64, teacher in the loop; below 1 the library is faster");
        foreach (Size size in Enum.GetValues<Size>())
        {
            int steps = size switch { Size.Small => 120, Size.Medium => 30, _ => 5 };
            using var contest = new Contest(size);
            Print($"step, {size} models", contest.LibraryStep, contest.HandStep, steps, rounds: 41);
            using var cached = new Contest(size, cached: true);
            Print($"step, {size} models, cached teacher", cached.LibraryStep, cached.HandStep, steps, rounds: 41);
            Print($"step, {size} models, cached teacher, against the student's products alone", cached.LibraryStep, cached.StudentProducts, steps, rounds: 41);
        }

        using var adam = new Contest(Size.Small, new AdamWOptimizer(0.001), cached: true);
        Print("step, Small models, cached teacher, AdamW; by hand SGD", adam.LibraryStep, adam.HandStep, times: 120, rounds: 41);
        using var epoch = new Contest(Size.Small);
        Print("epoch, Small models, against DataLoader", epoch.LibraryEpoch, epoch.LoaderEpoch, times: 1, rounds: 41);
        using var cachedEpoch = new Contest(Size.Small, cached: true);
        Print("epoch, Small models, cached teacher, against DataLoader", cachedEpoch.LibraryEpoch, cachedEpoch.LoaderEpoch, times: 1, rounds: 41);
    }

    public static void RunOptimizers()
    {
        torch.set_num_threads(1);
        Console.WriteLine("library / TorchSharp, one thread, one step of the optimizer over 200 layers 64×64, 400 tensors; below 1 the library is faster");
        foreach (string optimizer in OptimizerContest.Optimizers.Keys)
        {
            using var contest = new OptimizerContest(optimizer);
            Print(optimizer, contest.Library, contest.TorchSharp, times: 4, rounds: 41);
        }
    }

    public static void RunLosses()
    {
        torch.set_num_threads(1);
        Console.WriteLine("closed form / graph, one thread, 64 samples, value and gradient at the logits; below 1 the closed form is faster");
        foreach (long classes in (long[])[10, 1000])
        {
            foreach (string loss in LossContest.Losses.Keys)
            {
                using var contest = new LossContest(loss, classes);
                Print($"{loss}, {classes} classes", contest.ClosedForm, contest.Graph, times: classes == 10 ? 20 : 8, rounds: 101);
            }
        }
    }

    public static void RunHead()
    {
        torch.set_num_threads(1);
        Console.WriteLine("head and loss as one / graph, one thread, [512, 256] hidden states, 32 000 classes, loss and gradients; below 1 it is better");
        foreach (string kind in HeadContest.Kinds)
        {
            using var contest = new HeadContest(kind);
            Print($"time, {kind}", contest.Fused, contest.Graph, times: 1, rounds: 15);
            Compare($"peak memory, {kind}", () => HeadContest.Peak(contest.Fused), () => HeadContest.Peak(contest.Graph), rounds: 5, Megabytes);
        }
    }

    public static void RunConvolutions()
    {
        torch.set_num_threads(1);
        Console.WriteLine("step / step with the teacher in the loop, both in float32; one thread, batch 64, processor time; below 1 it is faster");
        using var contest = new ConvolutionContest();
        Action baseline = contest.Steps[ConvolutionContest.Baseline];
        foreach ((string name, Action step) in contest.Steps.Where(step => step.Value != baseline))
        {
            Print(name, step, baseline, times: 1, rounds: 15, () => Environment.CpuUsage.TotalTime);
        }
    }

    public static void RunReading()
    {
        torch.set_num_threads(1);
        Console.WriteLine(
            "epoch over 20 000 samples of 784 numbers on the disk / in memory, one thread, batch 64, teacher in the loop; below 1 the disk is faster");
        using var contest = new ReadingContest();
        foreach ((string name, Action epoch) in contest.FromDisk)
        {
            Print(name, epoch, contest.InMemory, times: 1, rounds: 15);
        }
    }

    public static void RunThreads()
    {
        Console.WriteLine("two threads / one thread, batch 64, teacher in the loop; below 1 two are faster");
        foreach (Size size in (Size[])[Size.Small, Size.Medium, Size.Large])
        {
            using var contest = new Contest(size);
            int steps = size switch { Size.Small => 60, Size.Medium => 15, _ => 3 };
            Print($"step, {size} models", With(2, contest.LibraryStep), With(1, contest.LibraryStep), steps, rounds: 21);
        }

        using var convolutions = new ConvolutionContest();
        Action step = convolutions.Steps[ConvolutionContest.Baseline];
        Print("step, residual networks", With(2, step), With(1, step), times: 1, rounds: 15);
    }

    public static void RunParallel()
    {
        Console.WriteLine($"8 trainings, {Environment.ProcessorCount} at once / one after the other, one thread each; below 1 several at once are faster");
        foreach (Size size in (Size[])[Size.Small, Size.Medium])
        {
            using var contest = new ParallelContest(size);
            Print($"trainings, {size} models", contest.Together, contest.OneByOne, times: 1, rounds: size == Size.Small ? 11 : 5);
        }
    }

    public static void RunReporting()
    {
        torch.set_num_threads(1);
        Console.WriteLine("20 reports to TensorBoard and a console / the 1 000 steps of a run that has them, one thread, cached teacher, batch 64");
        foreach (Size size in (Size[])[Size.Small, Size.Medium])
        {
            using var contest = new ReportingContest(size);
            Print($"reports of a run, {size} models", contest.Reports, contest.Silent, times: 1, rounds: 21);
        }
    }

    public static void RunCheckpoints()
    {
        torch.set_num_threads(1);
        Console.WriteLine(
            "4000 steps with a checkpoint every 100 / without, one thread, small models, batch 64, the wait for the last checkpoint included; "
            + "above 1 they cost");
        foreach (bool cached in (bool[])[false, true])
        {
            using var contest = new CheckpointContest(cached);
            Print($"run, {(cached ? "cached teacher" : "teacher in the loop")}", contest.With, contest.Without, times: 1, rounds: 15);
        }
    }

    public static void RunOnnx()
    {
        torch.set_num_threads(1);
        Console.WriteLine("ONNX Runtime / TorchSharp, one thread each, from an array of numbers to an array of probabilities; below 1 ONNX Runtime is faster");
        foreach (string student in OnnxContest.Students.Keys)
        {
            foreach (int batch in (int[])[1, 64])
            {
                using var contest = new OnnxContest(student, batch);
                Print(
                    $"{student} ({contest.FileBytes / 1e3:F0} kB), batch {batch}",
                    contest.OnnxRuntime,
                    contest.TorchSharp,
                    times: batch == 1 ? 200 : 10,
                    rounds: 41);
            }
        }
    }

    /// <param name="path">A file of PyTorch with the 25 weights; without it only a safetensors file is measured, which is made here.</param>
    public static void RunWeights(string? path)
    {
        torch.set_num_threads(1);
        Console.WriteLine("loading weights of 105 MB into a module / reading the bytes into memory that is there, the file in the page cache, one thread");
        Measure("safetensors", null);
        if (path is not null)
        {
            Measure("PyTorch", path);
        }

        static void Measure(string name, string? file)
        {
            using var contest = new WeightsContest(file);
            Print(name, contest.Load, contest.ReadBytes, times: 1, rounds: 41);
        }
    }

    private static Action With(int threads, Action action) => () =>
    {
        torch.set_num_threads(threads);
        action();
    };

    private static void Print(string name, Action library, Action hand, int times, int rounds, Func<TimeSpan>? clock = null)
    {
        clock ??= () => Stopwatch.GetElapsedTime(0);
        for (int round = 0; round < rounds / 5; round++)
        {
            Time(library, times, clock);
            Time(hand, times, clock);
        }

        Compare(name, () => Time(library, times, clock), () => Time(hand, times, clock), rounds, Microseconds);
    }

    private static void Compare(string name, Func<double> library, Func<double> hand, int rounds, Func<List<double>, string> inUnits)
    {
        var ratios = new List<double>();
        var mine = new List<double>();
        var theirs = new List<double>();
        for (int round = 0; round < rounds; round++)
        {
            double first = (round % 2 == 0 ? library : hand)();
            double second = (round % 2 == 0 ? hand : library)();
            (double ours, double other) = round % 2 == 0 ? (first, second) : (second, first);
            mine.Add(ours);
            theirs.Add(other);
            ratios.Add(ours / other);
        }

        ratios.Sort();
        var ratio = new Ratio(name, Median(ratios), ratios[rounds / 4], ratios[3 * rounds / 4]);
        Measured.Add(ratio);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-78} {ratio.Median:F3}  (middle half {ratio.LowerQuartile:F3} to {ratio.UpperQuartile:F3}; "
            + $"{inUnits(mine)} against {inUnits(theirs)})"));
    }

    private static double Time(Action action, int times, Func<TimeSpan> clock)
    {
        TimeSpan began = clock();
        for (int i = 0; i < times; i++)
        {
            action();
        }

        return (clock() - began).TotalMicroseconds / times;
    }

    private static string Microseconds(List<double> times) => $"{Median(times).ToString(Median(times) < 100 ? "F1" : "F0", CultureInfo.InvariantCulture)} µs";

    private static string Megabytes(List<double> bytes) => $"{(Median(bytes) / 1e6).ToString("F0", CultureInfo.InvariantCulture)} MB";

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
