using BenchmarkDotNet.Running;
using Distillation.Benchmarks;

if (args.Contains("--quick"))
{
    Quick.Run();
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(Quick).Assembly).Run(args);
