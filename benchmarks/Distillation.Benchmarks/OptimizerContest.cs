using static TorchSharp.torch.optim;

namespace Distillation.Benchmarks;

/// <summary>One step of the library's optimizer and of TorchSharp's, each over the parameters of 200 layers with gradients.</summary>
public sealed class OptimizerContest : IDisposable
{
    private readonly Parameter[] _mine = Parameters();
    private readonly Parameter[] _theirs = Parameters();
    private readonly Optimizer _library;
    private readonly Optimizer _torchSharp;

    public OptimizerContest(string optimizer)
    {
        (IOptimizerStrategy strategy, Func<Parameter[], Optimizer> torchSharp) = Optimizers[optimizer];
        _library = strategy.Create([.. _mine.Select((parameter, i) => ($"{i}", parameter))]);
        _torchSharp = torchSharp(_theirs);
    }

    /// <summary>Gets every optimizer of the library, and its like in TorchSharp.</summary>
    public static IReadOnlyDictionary<string, (IOptimizerStrategy Library, Func<Parameter[], Optimizer> TorchSharp)> Optimizers { get; } =
        new Dictionary<string, (IOptimizerStrategy Library, Func<Parameter[], Optimizer> TorchSharp)>
        {
            ["Sgd"] = (new SgdOptimizer(1e-6), parameters => SGD(parameters, 1e-6)),
            ["Sgd, momentum"] = (new SgdOptimizer(1e-6) { Momentum = 0.9, WeightDecay = 1e-4 }, parameters => SGD(parameters, 1e-6, 0.9, 0, 1e-4)),
            ["Adam"] = (new AdamOptimizer(1e-6), parameters => Adam(parameters, 1e-6, 0.9, 0.999)),
            ["AdamW"] = (new AdamWOptimizer(1e-6), parameters => AdamW(parameters, 1e-6, 0.9, 0.999)),
        };

    public void Library() => _library.step();

    public void TorchSharp() => _torchSharp.step();

    public void Dispose()
    {
        _library.Dispose();
        _torchSharp.Dispose();
        Array.ForEach([.. _mine, .. _theirs], parameter => parameter.Dispose());
    }

    private static Parameter[] Parameters()
    {
        torch.manual_seed(4);
        Parameter[] parameters = [.. Enumerable.Range(0, 400).Select(i => new Parameter(i % 2 == 0 ? torch.randn(64, 64) : torch.randn(64)))];
        Array.ForEach(parameters, parameter => parameter.grad = torch.randn_like(parameter));
        return parameters;
    }
}
