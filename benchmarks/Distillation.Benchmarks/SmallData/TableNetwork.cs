using Distillation.Models;
using Distillation.SmallData;
using Distillation.Training;
using TorchSharp.Modules;

namespace Distillation.Benchmarks.SmallData;

/// <summary>The original of a table, inputs-128-classes, trained for 2 000 steps of 64; disposed with its weights.</summary>
internal sealed class TableNetwork : DelegatingTeacher
{
    private readonly Sequential _network;

    private TableNetwork(Sequential network)
        : base(Teacher.From(network)) => _network = network;

    public static TableNetwork Fit(IDataSource samples, long columns, long classes, double weightDecay, int seed)
    {
        torch.manual_seed(seed);
        Sequential network = Baseline.Mlp(columns, 128, classes);
        using IStudent student = Student.From(network);
        new SupervisedTrainer(student, options: RecipeSearchOptions.DefaultTraining with
        {
            Seed = seed,
            Optimizer = new AdamWOptimizer(new Schedule.Cosine(1e-2)) { WeightDecay = weightDecay },
        }).Fit(samples);
        return new TableNetwork(network);
    }

    protected override void Dispose(bool disposing)
    {
        Inner.Dispose();
        _network.Dispose();
        base.Dispose(disposing);
    }
}
