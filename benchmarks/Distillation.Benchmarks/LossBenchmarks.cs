using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;

namespace Distillation.Benchmarks;

/// <summary>Value and gradient at the logits, 64 samples, of every loss that has a closed form: against the graph.</summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByParams)]
public class LossBenchmarks
{
    private LossContest? _contest;

    public static IEnumerable<string> Losses => LossContest.Losses.Keys;

    /// <summary>Which loss it is.</summary>
    [ParamsSource(nameof(Losses))]
    public string Loss { get; set; } = "";

    /// <summary>How many classes there are.</summary>
    [Params(10, 1000)]
    public int Classes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        torch.set_num_threads(1);
        _contest = new LossContest(Loss, Classes);
    }

    [GlobalCleanup]
    public void Cleanup() => _contest!.Dispose();

    [Benchmark(Baseline = true)]
    public void Graph() => _contest!.Graph();

    [Benchmark]
    public void ClosedForm() => _contest!.ClosedForm();
}
