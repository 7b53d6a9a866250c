using Distillation.Tests.Losses;

namespace Distillation.Tests.Training;

public sealed partial class ResumeTests
{
    public static TheoryData<string> Cases => [.. Options.Keys];

    // Three epochs of six updates, unless stated otherwise.
    private static Dictionary<string, TrainerOptions> Options { get; } = new()
    {
        ["Sgd"] = new(),
        ["Sgd with momentum"] = new() { Optimizer = new SgdOptimizer(new Schedule.Cosine(0.1)) { Momentum = 0.9, Nesterov = true } },
        ["Adam"] = new() { Optimizer = new AdamOptimizer(0.05) { AmsGrad = true } },
        ["AdamW"] = new() { Optimizer = new AdamWOptimizer(0.05) },
        ["an optimizer of TorchSharp"] = new()
        {
            Optimizer = new CustomOptimizer(0.01, parameters => torch.optim.RMSProp(parameters.Select(one => one.Parameter).ToArray(), momentum: 0.5)),
        },
        ["pieces"] = new() { MicroBatchSize = 2 },
        ["clipping and average"] = new() { Update = new() { ClipNorm = 0.1, ClipValue = 0.5, AverageDecay = 0.8 } },
        ["the best of all"] = new() { BestBy = Metric.NegativeLogLikelihood, Update = new() { AverageDecay = 0.5 } },
        ["early stopping"] = new() { Epochs = 9, EarlyStopping = new(Metric.Accuracy, Patience: 2, MinimumImprovement: 0.9) },
        ["overlapping"] = new() { Order = SampleOrder.Overlapping, BatchSize = 6 },
        ["blocks"] = new() { Order = SampleOrder.Blocks, BlockSize = 3 },
        ["steps that end within an epoch"] = new() { Steps = 15 },
        ["whole batches, seldom validated"] = new() { LastBatch = LastBatch.Drop, ValidateEveryEpochs = 2, BestBy = Metric.Accuracy },
        ["read ahead"] = new() { Prefetch = 2 },
        ["skipped updates"] = new() { NonFinite = new NonFinitePolicy.Skip() },
        ["going back"] = new()
        {
            NonFinite = new NonFinitePolicy.RollBack(factor: 0.5, limit: 4),
            Update = new() { AverageDecay = 0.5 },
            Optimizer = new SgdOptimizer(0.1) { Momentum = 0.9 },
        },
        ["going back, an optimizer of TorchSharp"] = new()
        {
            NonFinite = new NonFinitePolicy.RollBack(factor: 0.5, limit: 4),
            Optimizer = new CustomOptimizer(0.01, parameters => torch.optim.RMSProp(parameters.Select(one => one.Parameter).ToArray())),
        },
        ["reports"] = new() { ReportEverySteps = 4 },
    };

    public static TheoryData<string> Losses => LossZoo.Names;
}
