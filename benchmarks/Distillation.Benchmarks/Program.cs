using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Distillation.Benchmarks;
using Distillation.Benchmarks.SmallData;
using Distillation.Benchmarks.Text;

switch (args)
{
    case ["small-data", .. string[] rest]:
        return SmallDataCommand.Run(rest);
    case ["pretrained", .. string[] rest]:
        return PretrainedCommand.Run(rest);
    case ["federated", .. string[] rest]:
        return FederatedCommand.Run(rest);
    case ["condense", .. string[] rest]:
        return CondenseCommand.Run(rest);
    case ["regression", .. string[] rest]:
        return RegressionCommand.Run(rest);
    case ["private", .. string[] rest]:
        return PrivateCommand.Run(rest);
    case ["search-truth", .. string[] rest]:
        return SearchTruthCommand.Run(rest);
    case ["study", .. string[] rest]:
        return StudyCommand.Run(rest);
    case ["schemes", .. string[] rest]:
        return SchemesCommand.Run(rest);
    case ["text-study", .. string[] rest]:
        return TextStudy.Run(rest);
    case ["text-encoder", .. string[] rest]:
        return TextStudy.RunEncoder(rest);
    case ["cascade", .. string[] rest]:
        return CascadeRisk.Run(rest);
    case ["text-speed", .. string[] rest]:
        return TextSpeed.Run(rest);
    case ["text-record", .. string[] rest]:
        return await RecordTeacher.Run(rest);
    case ["mpi"]:
        return MpiCommand.Run();
    case ["mpi-sums"]:
        return MpiSumsCommand.Run();
    case ["mpi-store"]:
        return MpiStoreCommand.Run();
    case ["store"]:
        return StoreCommand.Run();
    case ["compare", .. string[] rest]:
        return CompareCommand.Run(rest);
    case [string contest, .. string[] rest] when ContestCommand.Has(contest):
        return ContestCommand.Run(contest, rest);
    case ["memory"]:
        Memory.Run();
        return 0;
    default:
        // In this process: a project that BenchmarkDotNet makes for itself would not have the build targets with which TorchSharp loads.
        IConfig config = DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).AsMutator());
        BenchmarkSwitcher.FromAssembly(typeof(Quick).Assembly).Run(args, config);
        return 0;
}
