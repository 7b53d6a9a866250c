using Distillation.Data;
using Distillation.Losses;
using Distillation.Tests.Losses;

namespace Distillation.Tests.Training;

/// <summary>Micro-batches give the update of the whole batch, whatever a loss takes the mean over; a loss that has no such update is refused.</summary>
public sealed class MicroBatchTests : IDisposable
{
    private const long Samples = OutputTables.Samples;
    private const long Places = OutputTables.Places;

    private readonly DisposeScope _scope = torch.NewDisposeScope();

    // Batch normalization in a connector sees the micro-batch, as documented.
    public static TheoryData<string> Means =>
        [.. LossZoo.Types.Select(type => type.Name).Where(name => !LossZoo.Make(name).ComparesSamples && !OutputTables.Normalizes(name))];

    public static TheoryData<string> Comparing => [.. LossZoo.Types.Select(type => type.Name).Where(name => LossZoo.Make(name).ComparesSamples)];

    // One step has no batch before it.
    public static TheoryData<string> ComparingInOneBatch =>
        [.. Comparing.Cast<object[]>().Select(row => (string)row[0]).Where(name => name != nameof(PreviousBatchLoss))];

    public static TheoryData<string> MeansOverRows =>
        [.. LossZoo.Types.Where(type => type.IsSubclassOf(typeof(RowLoss))).Select(type => type.Name).Where(name => !LossZoo.Make(name).ComparesSamples)];

    public static TheoryData<string> Rows => [.. RowCases.Keys];

    public static TheoryData<string> States => [.. StateCases.Keys];

    private static Dictionary<string, Func<IDistillationLoss>> RowCases { get; } = new()
    {
        ["an ignored label"] = () => new HardLabelLoss { IgnoredLabel = -100 },
        ["class weights"] = () => new HardLabelLoss { ClassWeights = [5, 1, 0, 0.1] },
        ["class weights, an ignored label and smoothing"] = () =>
            new HardLabelLoss { ClassWeights = [5, 1, 0.5, 0.1], IgnoredLabel = -100, LabelSmoothing = 0.1 },
        ["terms that count otherwise"] = () => (0.7 * new SoftTargetLoss(2))
            + (0.3 * new HardLabelLoss { ClassWeights = [5, 1, 0, 0.1], IgnoredLabel = -100 })
            + (0.1 * new LogitL1Loss { IgnoredLabel = 2 }),
        ["a sum inside a loss that delegates"] = () =>
            (0.5 * new StandardizedLoss(new SoftTargetLoss() + (2.0 * new HardLabelLoss { IgnoredLabel = -100 }))) + new LogitL1Loss { IgnoredLabel = 1 },
        ["rows weighed over class weights"] = () =>
            new AdaptiveWeightLoss(new HardLabelLoss { ClassWeights = [5, 1, 0, 0.1], IgnoredLabel = -100 }, RowMeasure.TeacherConfidence),
        ["a weight that follows the run"] = () =>
            (new Schedule.Linear(1, 0) * new SoftTargetLoss()) + (new Schedule.Linear(0, 1) * new HardLabelLoss { IgnoredLabel = -100 }),
    };

    // Layers that transformers have: states [N, T, D], attention [N, h, T, T], values [N, h, T, d].
    private static Dictionary<string, (Func<IDistillationLoss> Make, long[] Layer)> StateCases { get; } = new()
    {
        ["hidden states"] = (() => new HiddenStateMseLoss([new("s", "t")]), [Places, 3]),
        ["hidden states and a connector"] = (() => new HiddenStateMseLoss([new("s", "t")], new LinearConnector()), [Places, 3]),
        ["directions of hidden states"] = (() => new HiddenStateCosineLoss([new("s", "t")]), [Places, 3]),
        ["attention"] = (() => new AttentionMapLoss(new LayerPair("s", "t")), [2, Places, Places]),
        ["attention as probabilities"] =
            (() => new AttentionMapLoss(new LayerPair("s", "t")) { Distance = AttentionDistance.KullbackLeibler }, [2, Places, Places]),
        ["relations of values"] = (() => new ValueRelationLoss("s", "t"), [2, Places, 3]),
        ["states beside labels"] =
            (() => new HiddenStateMseLoss([new("s", "t")]) + (0.3 * new HardLabelLoss { IgnoredLabel = -100 }) + new SoftTargetLoss(), [Places, 3]),
    };

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Means))]
    public void Update_is_that_of_the_whole_batch(string name) => ShouldUpdateAlike(() => LossZoo.Make(name), OutputTables.Plain);

    [Theory]
    [MemberData(nameof(MeansOverRows))]
    public void Update_is_that_of_the_whole_batch_when_a_mask_rules_places_out(string name) =>
        ShouldUpdateAlike(() => LossZoo.Make(name), loss => Sequences(loss, layer: null));

    [Theory]
    [MemberData(nameof(Rows))]
    public void Update_is_that_of_the_whole_batch_when_rows_count_otherwise(string name)
    {
        ShouldUpdateAlike(RowCases[name], loss => Sequences(loss, layer: null));
        ShouldUpdateAlike(RowCases[name], loss => Sequences(loss, layer: null, masked: false));
    }

    [Theory]
    [MemberData(nameof(States))]
    public void Update_is_that_of_the_whole_batch_when_a_mask_rules_states_out(string name) =>
        ShouldUpdateAlike(StateCases[name].Make, loss => Sequences(loss, StateCases[name].Layer));

    [Theory]
    [MemberData(nameof(Comparing))]
    public void Loss_that_compares_samples_is_refused_before_the_run(string name)
    {
        IDistillationLoss loss = LossZoo.Make(name);
        OutputTables tables = OutputTables.Plain(loss);
        double[] before = tables.Numbers();
        TrainerOptions options = Options(micro: 2);
        Action fit = () => tables.Fit(new SoftTargetLoss() + (0.5 * loss), options);

        fit.Should().Throw<ArgumentException>().WithMessage($"*'{loss.Name}'*MicroBatchSize 2*BatchSize*CompareWithinMicroBatches*");
        tables.Numbers().Should().Equal(before);
    }

    [Theory]
    [MemberData(nameof(ComparingInOneBatch))]
    public void Loss_that_compares_samples_does_so_within_micro_batches_when_that_is_allowed(string name)
    {
        IDistillationLoss loss = LossZoo.Make(name);
        OutputTables tables = OutputTables.Plain(loss);
        double[] before = tables.Numbers();

        tables.Fit(loss, Options(micro: 3) with { CompareWithinMicroBatches = true });

        tables.Numbers().Should().NotEqual(before);
    }

    [Fact]
    public void Loss_that_compares_samples_is_taken_when_no_batch_is_split()
    {
        OutputTables tables = OutputTables.Plain(new SimilarityPreservingLoss("s", "t"));

        tables.Fit(new SimilarityPreservingLoss("s", "t"), Options(micro: (int)Samples)).Status.Should().Be(TrainingStatus.Completed);
    }

    [Fact]
    public void Reported_means_are_those_of_the_whole_batch()
    {
        double Loss(int? micro)
        {
            IDistillationLoss loss = RowCases["terms that count otherwise"]();
            return Sequences(loss, layer: null).Fit(loss, Options(micro)).History[^1].Loss;
        }

        Close.ShouldBe(Loss(micro: 2), Loss(micro: null), 1e-12);
    }

    [Fact]
    public void Batch_in_which_nothing_counts_weighs_nothing_in_the_reported_mean()
    {
        Tensor labels = torch.tensor([0L, 1, 2, -100, -100, -100]);
        var loss = new HardLabelLoss { IgnoredLabel = -100 };
        TrainingProgress Report(IEnumerable<long> samples)
        {
            IDataSource data = new TensorData(torch.zeros([6, 1], torch.ScalarType.Float64), labels).Subset(samples);
            var tables = new OutputTables(loss, data, [6, 3], layer: null);
            return tables.Fit(loss, Options(micro: null) with { BatchSize = 3, Optimizer = new SgdOptimizer(1e-300), Epochs = 1, Steps = null }).History[^1];
        }

        TrainingProgress padded = Report([0, 1, 2, 3, 4, 5]);
        TrainingProgress alone = Report([0, 1, 2]);

        Close.ShouldBe(padded.Loss, alone.Loss, 1e-12);
        Close.ShouldBe(padded.Terms["HardLabel"], alone.Loss, 1e-12);
    }

    private static TrainerOptions Options(int? micro) =>
        new() { Steps = 1, BatchSize = (int)Samples, MicroBatchSize = micro, Order = SampleOrder.Sequential, Optimizer = new SgdOptimizer(1) };

    private static void ShouldUpdateAlike(Func<IDistillationLoss> make, Func<IDistillationLoss, OutputTables> tables)
    {
        double[] Update(int? micro)
        {
            IDistillationLoss loss = make();
            OutputTables own = tables(loss);
            double[] before = own.Numbers();
            own.Fit(loss, Options(micro));
            IEnumerable<double> learned = loss.Module?.parameters().SelectMany(parameter => Close.Numbers(parameter)) ?? [];
            return [.. own.Numbers().Zip(before, (after, first) => after - first), .. learned];
        }

        double[] whole = Update(micro: null);
        whole.Should().Contain(number => number != 0).And.OnlyContain(number => double.IsFinite(number));
        foreach (int micro in (int[])[1, 2, 4])
        {
            Close.ShouldBe(Update(micro), whole, 1e-10, $"the update with micro-batches of {micro}");
        }
    }

    // The first sample counts at one place, the last at none, the others in between.
    private static OutputTables Sequences(IDistillationLoss loss, long[]? layer, bool masked = true)
    {
        Tensor labels = LossZoo.Labels(loss is LossSum ? new HardLabelLoss() : loss, Samples * Places, LossZoo.Width);
        labels = labels.dim() == 1 ? labels.view(Samples, Places) : labels.view(Samples, Places, -1);
        if (Ignores(loss))
        {
            labels = labels.clone();
            foreach ((long sample, long place) in ((long, long)[])[(0, 1), (1, 0), (1, 1), (4, 3), (5, 0), (5, 1), (5, 2)])
            {
                labels[sample, place] = -100;
            }
        }

        Tensor mask = masked
            ? torch.tensor([1L, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0], [Samples, Places])
            : torch.ones([Samples, Places], torch.ScalarType.Int64);
        return new(loss, new Masked(labels, mask), [Samples, Places, LossZoo.Width], layer);
    }

    private static bool Ignores(IDistillationLoss loss) => loss switch
    {
        LossSum sum => sum.Terms.Any(term => Ignores(term.Loss)),
        RowLoss rows => rows.IgnoredLabel == -100,
        StandardizedLoss => true,
        _ => false,
    };

    private sealed class Masked(Tensor labels, Tensor mask) : IDataSource
    {
        public long Count => Samples;

        public Batch Read(Tensor indices) =>
            new MaskedBatch(
                torch.zeros([indices.size(0), 1], torch.ScalarType.Float64), labels.index_select(0, indices), indices, mask.index_select(0, indices));
    }
}
