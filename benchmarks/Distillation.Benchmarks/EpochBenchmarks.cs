using BenchmarkDotNet.Attributes;

namespace Distillation.Benchmarks;

/// <summary>An epoch against the idiomatic loop over TorchSharp's data loader.</summary>
[MemoryDiagnoser]
public class EpochBenchmarks
{
    private Contest? _contest;

    [GlobalSetup]
    public void Setup()
    {
        torch.set_num_threads(1);
        _contest = new Contest(Size.Small);
    }

    [GlobalCleanup]
    public void Cleanup() => _contest!.Dispose();

    [Benchmark(Baseline = true)]
    public void DataLoader() => _contest!.LoaderEpoch();

    [Benchmark]
    public void Library() => _contest!.LibraryEpoch();
}
