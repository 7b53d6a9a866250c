using Distillation.Losses;
using Distillation.Models;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Training.Trainers;

/// <summary>Data of a task in float64, with models and losses for it.</summary>
internal sealed record TaskCase
{
    private const long Samples = 12;

    public required IDataSource Data { get; init; }

    /// <summary>Gets what makes a network with a layer "act", of a seed.</summary>
    public required Func<int, Module<Tensor, Tensor>> Network { get; init; }

    public required IDistillationLoss Labels { get; init; }

    public required IDistillationLoss Outputs { get; init; }

    public EnsembleMean Mean { get; init; } = EnsembleMean.Logits;

    public static string[] Names { get; } = ["classes", "masked sequences", "regression", "several labels", "maps"];

    public static TaskCase Of(string name) => name switch
    {
        "classes" => new()
        {
            Data = new TensorData(Inputs(6), Some.Labels(Samples)),
            Network = seed => Some.Mlp(seed: seed, dtype: torch.ScalarType.Float64),
            Labels = new HardLabelLoss(),
            Outputs = new SoftTargetLoss(2),
            Mean = EnsembleMean.Probabilities,
        },
        "masked sequences" => new()
        {
            Data = new Sequences(),
            Network = seed => Some.Mlp(seed: seed, dtype: torch.ScalarType.Float64),
            Labels = new HardLabelLoss { IgnoredLabel = -100 },
            Outputs = new SoftTargetLoss(2) { IgnoredLabel = -100 },
            Mean = EnsembleMean.Probabilities,
        },
        "regression" => new()
        {
            Data = new TensorData(Inputs(6), Inputs(2)),
            Network = seed => Some.Mlp(classes: 2, seed: seed, dtype: torch.ScalarType.Float64),
            Labels = new TargetMseLoss(),
            Outputs = new LogitMseLoss(),
        },
        "several labels" => new()
        {
            Data = new TensorData(Inputs(6), Inputs(3).gt(0).to(torch.ScalarType.Float64)),
            Network = seed => Some.Mlp(seed: seed, dtype: torch.ScalarType.Float64),
            Labels = new BinaryLabelLoss(),
            Outputs = new BinarySoftTargetLoss(2),
        },
        "maps" => new()
        {
            Data = new TensorData(Inputs(16).view(Samples, 1, 4, 4), Some.Labels(Samples * 16).view(Samples, 4, 4)),
            Network = Map,
            Labels = new HardLabelLoss(),
            Outputs = new SoftTargetLoss(2),
            Mean = EnsembleMean.Probabilities,
        },
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such case."),
    };

    private static Tensor Inputs(long features) => Some.Inputs(Samples, features, seed: (int)features, torch.ScalarType.Float64);

    private static Module<Tensor, Tensor> Map(int seed)
    {
        torch.manual_seed(seed);
        return (Module<Tensor, Tensor>)Sequential(("in", Conv2d(1, 4, kernel_size: 3, padding: 1)), ("act", ReLU()), ("out", Conv2d(4, 3, kernel_size: 1)))
            .to(torch.ScalarType.Float64);
    }

    // Labels of padding are −100, and some tokens besides are masked.
    private sealed class Sequences : IDataSource
    {
        private readonly Tensor _inputs = Some.Inputs(Samples * 5, 6, dtype: torch.ScalarType.Float64).view(Samples, 5, 6);
        private readonly Tensor _labels = Some.Labels(Samples * 5).view(Samples, 5);
        private readonly Tensor _mask = Some.Inputs(Samples, 5, 9).gt(-0.5);

        public Sequences() => _labels[torch.TensorIndex.Colon, 4] = torch.tensor(-100L);

        public long Count => Samples;

        public Batch Read(Tensor indices) =>
            new MaskedBatch(_inputs.index_select(0, indices), _labels.index_select(0, indices), indices, _mask.index_select(0, indices));
    }
}
