using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Distillation.Benchmarks;

if (args.Contains("--quick"))
{
    Quick.Run();
    return;
}

if (args.Contains("--quick-losses"))
{
    Quick.RunLosses();
    return;
}

// In this process: a project that BenchmarkDotNet makes for itself would not have the build targets with which TorchSharp loads.
IConfig config = DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).AsMutator());
BenchmarkSwitcher.FromAssembly(typeof(Quick).Assembly).Run(args, config);
