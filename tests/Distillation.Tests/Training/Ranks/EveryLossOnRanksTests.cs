using Distillation.Losses;
using Distillation.Tests.Losses;

namespace Distillation.Tests.Training.Ranks;

/// <summary>
/// Every loss of the library on several ranks: it has the updates of one process, or is refused. A new loss is among them without being listed.
/// </summary>
public sealed class EveryLossOnRanksTests : IDisposable
{
    private const int Steps = 3;

    private readonly DisposeScope _scope = torch.NewDisposeScope();

    // Each rank draws masks of its own.
    public static TheoryData<string> Means =>
        [.. Names.Where(name => !LossZoo.Make(name).ComparesSamples && !OutputTables.Normalizes(name) && name != nameof(MaskedGenerationLoss))];

    public static TheoryData<string> OfPartsOfTheirOwn =>
        [.. Names.Where(name => !LossZoo.Make(name).ComparesSamples && (OutputTables.Normalizes(name) || name == nameof(MaskedGenerationLoss)))];

    public static TheoryData<string> Comparing => [.. Names.Where(name => LossZoo.Make(name).ComparesSamples)];

    private static IEnumerable<string> Names => LossZoo.Types.Select(type => type.Name);

    private static TrainerOptions Options { get; } =
        new() { Steps = Steps, BatchSize = (int)OutputTables.Samples, Order = SampleOrder.Sequential, Optimizer = new SgdOptimizer(0.1) { Momentum = 0.5 } };

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Means))]
    public void Weights_are_those_of_one_process(string name)
    {
        double[] alone = Alone(name);

        foreach (int count in (int[])[2, 3, 4])
        {
            double[][] ranks = On(count, name);

            Close.ShouldBe(ranks[0], alone, 1e-9, $"{name} on {count} ranks");
            ranks[1..].Should().AllSatisfy(weights => weights.Should().Equal(ranks[0]));
        }
    }

    [Theory]
    [MemberData(nameof(OfPartsOfTheirOwn))]
    public void Ranks_have_the_same_weights_where_each_part_has_statistics_or_masks_of_its_own(string name)
    {
        double[][] ranks = On(2, name);

        ranks[1].Should().Equal(ranks[0]).And.OnlyContain(weight => double.IsFinite(weight));
    }

    [Theory]
    [MemberData(nameof(Comparing))]
    public void Loss_that_compares_samples_is_refused(string name)
    {
        Exception?[] failures = Run(2, name, new double[2][]);

        failures.Should().AllSatisfy(failure => failure.Should().BeOfType<ArgumentException>().Which.Message.Should().Contain($"'{LossZoo.Make(name).Name}'"));
    }

    private static double[] Alone(string name)
    {
        (IDistillationLoss loss, OutputTables tables) = Made(name);
        tables.Fit(loss, Options);
        return Weights(loss, tables);
    }

    private static double[][] On(int count, string name)
    {
        var weights = new double[count][];
        Run(count, name, weights).Should().OnlyContain(failure => failure == null);
        return weights;
    }

    // Models and losses are made before the threads begin: libtorch's generator serves all of them.
    private static Exception?[] Run(int count, string name, double[][] weights)
    {
        (IDistillationLoss Loss, OutputTables Tables)[] made = [.. Enumerable.Range(0, count).Select(_ => Made(name))];
        return ThreadRanks.Run(count, ranks =>
        {
            using var scope = torch.NewDisposeScope();
            (IDistillationLoss loss, OutputTables tables) = made[ranks.Rank];
            tables.Fit(loss, Options with { Ranks = ranks });
            weights[ranks.Rank] = Weights(loss, tables);
        });
    }

    private static (IDistillationLoss Loss, OutputTables Tables) Made(string name)
    {
        IDistillationLoss loss = LossZoo.Make(name);
        OutputTables tables = OutputTables.Plain(loss);
        tables.Prepare(loss);
        return (loss, tables);
    }

    private static double[] Weights(IDistillationLoss loss, OutputTables tables) =>
        [.. tables.Numbers(), .. loss.Module?.parameters().SelectMany(parameter => Close.Numbers(parameter)) ?? []];
}
