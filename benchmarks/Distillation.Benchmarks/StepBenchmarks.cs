using BenchmarkDotNet.Attributes;

namespace Distillation.Benchmarks;

/// <summary>The training step by size of the models, the teacher in the loop.</summary>
[MemoryDiagnoser]
public class StepBenchmarks
{
    private Contest? _contest;

    /// <summary>How large teacher and student are.</summary>
    [ParamsAllValues]
    public Size Models { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        torch.set_num_threads(1);
        _contest = new Contest(Models);
    }

    [GlobalCleanup]
    public void Cleanup() => _contest!.Dispose();

    [Benchmark(Baseline = true)]
    public void ByHand() => _contest!.HandStep();

    [Benchmark]
    public void Library() => _contest!.LibraryStep();
}
