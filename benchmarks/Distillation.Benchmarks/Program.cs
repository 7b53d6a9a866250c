using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Distillation.Benchmarks;
using Distillation.Benchmarks.SmallData;

if (args is ["small-data", .. string[] rest])
{
    return SmallDataCommand.Run(rest);
}

if (args is ["cnn"])
{
    Quick.RunConvolutions();
    return 0;
}

if (args is ["threads"])
{
    Quick.RunThreads();
    return 0;
}

if (args.Contains("--quick"))
{
    Quick.Run();
    return 0;
}

if (args.Contains("--quick-losses"))
{
    Quick.RunLosses();
    return 0;
}

// In this process: a project that BenchmarkDotNet makes for itself would not have the build targets with which TorchSharp loads.
IConfig config = DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).AsMutator());
BenchmarkSwitcher.FromAssembly(typeof(Quick).Assembly).Run(args, config);
return 0;
