using Distillation.Losses;
using Distillation.Training;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Mpi.Worker;

/// <summary>A run that is made alone and on all ranks.</summary>
/// <param name="Name">The name of the case.</param>
internal sealed record Case(string Name)
{
    private const int Features = 6;
    private const int Classes = 4;
    private const int Places = 5;

    private static readonly TrainerOptions Options = new()
    {
        Epochs = 2,
        BatchSize = 8,
        Seed = 3,
        Optimizer = new SgdOptimizer(0.1) { Momentum = 0.9 },
    };

    private static readonly TrainerOptions AdamW = Options with { Optimizer = new AdamWOptimizer(0.01), Update = new() { ClipNorm = 0.1, AverageDecay = 0.9 } };

    /// <summary>Gets all cases.</summary>
    public static IReadOnlyList<Case> All { get; } =
    [
        new("hard and soft targets") { Run = ranks => Distill(ranks, Options, (0.7 * new SoftTargetLoss(2)) + (0.3 * new HardLabelLoss())) },
        new("class weights, ignored labels and AdamW")
        {
            Run = ranks => Distill(
                ranks, AdamW, (0.5 * new SoftTargetLoss(2)) + (0.5 * new HardLabelLoss { ClassWeights = [5, 1, 0, 0.1], IgnoredLabel = 2 })),
        },
        new("layers and a connector") { Run = ranks => Distill(ranks, AdamW, new SoftTargetLoss() + new HintLoss("act", "act", new LinearConnector())) },
        new("micro-batches")
        {
            Run = ranks => Distill(ranks, Options with { MicroBatchSize = 3 }, new SoftTargetLoss() + new HardLabelLoss { IgnoredLabel = 1 }),
        },
        new("masked sequences") { Run = ranks => Sequences(ranks) },
        new("two models together") { Run = ranks => Together(ranks) },
    ];

    /// <summary>Gets what trains, on ranks or alone, and returns the student.</summary>
    public required Func<IRanks?, torch.nn.Module> Run { get; init; }

    private static Sequential Distill(IRanks? ranks, TrainerOptions options, IDistillationLoss loss)
    {
        torch.manual_seed(1);
        Sequential student = Mlp(5);
        using ITeacher teacher = Teacher.From(Mlp(9));
        var data = new TensorData(torch.randn(21, Features), torch.randint(0, Classes, [21], torch.ScalarType.Int64));
        new DistillationTrainer(teacher, Student.From(student), loss, options with { Ranks = ranks }).Fit(data);
        return student;
    }

    private static Linear Sequences(IRanks? ranks)
    {
        torch.manual_seed(1);
        Linear student = Linear(Features, Classes);
        using ITeacher teacher = Teacher.From(Linear(Features, Classes));
        var data = new MaskedSequences(
            torch.randn(21, Places, Features), torch.randint(0, Classes, [21, Places], torch.ScalarType.Int64), torch.rand(21, Places).gt(0.4));
        IDistillationLoss loss = (0.6 * new SoftTargetLoss(2)) + (0.4 * new HardLabelLoss { ClassWeights = [5, 1, 0.5, 0.1], IgnoredLabel = 3 });
        new DistillationTrainer(teacher, Student.From(student), loss, Options with { Ranks = ranks }).Fit(data);
        return student;
    }

    private static Sequential Together(IRanks? ranks)
    {
        torch.manual_seed(1);
        (Sequential original, Sequential distilled) = (Mlp(9), Mlp(5));
        var data = new TensorData(torch.randn(21, Features), torch.randint(0, Classes, [21], torch.ScalarType.Int64));
        new JointTrainer(Student.From(original), Student.From(distilled), new SoftTargetLoss(2), options: Options with { Ranks = ranks }).Fit(data);
        return Sequential(original, distilled);
    }

    private static Sequential Mlp(int hidden) => Sequential(("in", Linear(Features, hidden)), ("act", ReLU()), ("out", Linear(hidden, Classes)));

    private sealed class MaskedSequences(Tensor inputs, Tensor labels, Tensor mask) : IDataSource
    {
        public long Count => inputs.size(0);

        public Batch Read(Tensor indices) => new MaskedBatch(inputs[indices], labels[indices], indices, mask[indices]);
    }
}
