using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Distillation.Benchmarks;
using Distillation.Benchmarks.SmallData;

switch (args)
{
    case ["small-data", .. string[] rest]:
        return SmallDataCommand.Run(rest);
    case ["store"]:
        return StoreCommand.Run();
    case ["steps"]:
        Quick.Run();
        return 0;
    case ["optimizers"]:
        Quick.RunOptimizers();
        return 0;
    case ["losses"]:
        Quick.RunLosses();
        return 0;
    case ["cnn"]:
        Quick.RunConvolutions();
        return 0;
    case ["reading"]:
        Quick.RunReading();
        return 0;
    case ["threads"]:
        Quick.RunThreads();
        return 0;
    case ["checkpoints"]:
        Quick.RunCheckpoints();
        return 0;
    case ["onnx"]:
        Quick.RunOnnx();
        return 0;
    case ["weights", .. { Length: <= 1 } files]:
        Quick.RunWeights(files.FirstOrDefault());
        return 0;
    case ["memory"]:
        Memory.Run();
        return 0;
    default:
        // In this process: a project that BenchmarkDotNet makes for itself would not have the build targets with which TorchSharp loads.
        IConfig config = DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).AsMutator());
        BenchmarkSwitcher.FromAssembly(typeof(Quick).Assembly).Run(args, config);
        return 0;
}
