using Distillation.Data;
using Distillation.Losses;
using Distillation.Training;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Training;

/// <summary>
/// Batch normalization of a single value per channel is refused before a run, wherever it is; what cannot be seen before is noticed at the end of the epoch.
/// </summary>
public sealed class NormalizationCheckTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public static TheoryData<long, int, int?> OneLeft => new()
    {
        { 17, 16, null },
        { 17, 8, 8 },
        { 16, 8, 7 },
        { 19, 8, 2 },
        { 16, 8, 1 },
        { 16, 1, null },
        { 1, 64, null },
    };

    public static TheoryData<long, int, int?, LastBatch> SeveralLeft => new()
    {
        { 17, 16, null, LastBatch.Drop },
        { 18, 16, null, LastBatch.Keep },
        { 16, 8, 4, LastBatch.Keep },
        { 10, 64, 5, LastBatch.Keep },
        { 15, 8, 6, LastBatch.Drop },
    };

    public static TheoryData<string> Connectors => [.. Maps.Keys];

    private static Dictionary<string, IDistillationLoss> Maps => new()
    {
        ["a regressor"] = new HintLoss("map", "map", new RegressorConnector()),
        ["a translator"] = new FactorTransferLoss("map", "map", connector: new TranslatorConnector()),
        ["a bottleneck"] = new ReusedClassifierLoss("map", "map", Sequential(Flatten(), Linear(6, 3))),
        ["fusions"] = new ReviewLoss(new LayerPair("map", "map"), new LayerPair("flat", "flat")),
        ["fusions in a sum in a loss that delegates"] = new SoftTargetLoss()
            + new StandardizedLoss(new HardLabelLoss() + new ReviewLoss(new LayerPair("flat", "flat"))),
    };

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(OneLeft))]
    public void Batch_or_micro_batch_of_one_sample_is_refused(long samples, int batchSize, int? microBatchSize)
    {
        Sequential network = Network();
        double[] before = Numbers(network);
        Action fit = () =>
            new SupervisedTrainer(Student.From(network), options: new() { BatchSize = batchSize, MicroBatchSize = microBatchSize }).Fit(Some.Data(samples));

        fit.Should().Throw<InvalidOperationException>()
            .WithMessage($"*BatchSize*of one of {samples} samples*'norm' of the student*LastBatch.Drop*evaluation mode*");
        Numbers(network).Should().Equal(before);
        network.training.Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(SeveralLeft))]
    public void Several_samples_everywhere_are_taken(long samples, int batchSize, int? microBatchSize, LastBatch last)
    {
        Sequential network = Network();

        new SupervisedTrainer(Student.From(network), options: new() { Epochs = 1, BatchSize = batchSize, MicroBatchSize = microBatchSize, LastBatch = last })
            .Fit(Some.Data(samples));

        Numbers(network).Should().OnlyContain(number => double.IsFinite(number));
    }

    [Fact]
    public void One_sample_is_taken_when_maps_have_several_places()
    {
        torch.manual_seed(1);
        Sequential network = Sequential(("conv", Conv2d(1, 4, 3, padding: 1)), ("norm", BatchNorm2d(4)), ("flat", Flatten()), ("out", Linear(256, 3)));

        new SupervisedTrainer(Student.From(network), options: new() { Epochs = 1, BatchSize = 8 })
            .Fit(new TensorData(Some.Inputs(9, 64).view(9, 1, 8, 8), Some.Labels(9)));

        Numbers(network).Should().OnlyContain(number => double.IsFinite(number));
    }

    [Fact]
    public void One_sample_is_taken_when_the_layer_is_frozen()
    {
        Sequential network = Network();
        network.named_modules().Single(layer => layer.name == "norm").module.eval();

        new SupervisedTrainer(Student.From(network), options: new() { Epochs = 1, BatchSize = 16 }).Fit(Some.Data(17));

        Numbers(network).Should().OnlyContain(number => double.IsFinite(number));
    }

    [Fact]
    public void One_sample_is_refused_when_the_whole_student_was_in_evaluation_mode()
    {
        Sequential network = Network();
        network.eval();
        Action fit = () => new SupervisedTrainer(Student.From(network), options: new() { BatchSize = 16 }).Fit(Some.Data(17));

        fit.Should().Throw<InvalidOperationException>().WithMessage("*'norm' of the student*");
    }

    [Fact]
    public void Both_students_of_joint_training_are_looked_at()
    {
        Action fit = () =>
            new JointTrainer(Student.From(Network()), Student.From(Some.Mlp()), new SoftTargetLoss(), options: new() { BatchSize = 16 }).Fit(Some.Data(17));

        fit.Should().Throw<InvalidOperationException>().WithMessage("*'norm' of the original*");
    }

    [Theory]
    [MemberData(nameof(Connectors))]
    public void Connectors_on_maps_of_one_place_are_looked_at(string name)
    {
        using ITeacher teacher = Teacher.From(MapNet(6));
        Action fit = () => new DistillationTrainer(teacher, Student.From(MapNet(4)), Maps[name], new() { BatchSize = 8 }).Fit(Pixels(9));

        fit.Should().Throw<InvalidOperationException>().WithMessage("*of the loss of the student*LastBatch.Drop*");
    }

    [Theory]
    [MemberData(nameof(Connectors))]
    public void Connectors_on_maps_of_one_place_are_trained_when_several_samples_are_left(string name)
    {
        IDistillationLoss loss = Maps[name];
        using ITeacher teacher = Teacher.From(MapNet(6));

        new DistillationTrainer(teacher, Student.From(MapNet(4)), loss, new() { Epochs = 1, BatchSize = 8 }).Fit(Pixels(10));

        Numbers(loss.Module!).Should().OnlyContain(number => double.IsFinite(number));
    }

    [Fact]
    public void Run_has_the_same_bits_whether_its_loss_was_looked_at_or_not()
    {
        double[] Train(long samples, int batchSize)
        {
            IDistillationLoss loss = new HintLoss("map", "map", new ConvolutionConnector())
                + new ContrastiveLoss("flat", "flat", samples: 12, negatives: 5, dimension: 3)
                + new HintLoss("map", "map", new BottleneckConnector());
            Sequential network = MapNet(4);
            using ITeacher teacher = Teacher.From(MapNet(6));
            new DistillationTrainer(
                teacher, Student.From(network), loss, new() { Steps = 2, BatchSize = batchSize, Order = SampleOrder.Sequential, LastBatch = LastBatch.Drop })
                .Fit(Pixels(12).Subset(Enumerable.Range(0, (int)samples).Select(i => (long)i)));
            return [.. Numbers(network), .. Numbers(loss.Module!)];
        }

        Train(samples: 8, batchSize: 4).Should().Equal(Train(samples: 12, batchSize: 4));
    }

    [Fact]
    public void Statistics_that_are_not_numbers_end_the_run_with_the_last_good_ones()
    {
        var network = new Hidden();
        double[] before = Numbers(network);
        Action Fit(NonFinitePolicy policy) =>
            () => new SupervisedTrainer(Student.From(network), options: new() { Epochs = 2, BatchSize = 8, NonFinite = policy }).Fit(Some.Data(9));

        Fit(new NonFinitePolicy.Stop()).Should().Throw<TrainingDivergedException>().WithMessage("*buffers of the student*").Which.Term.Should().Be("buffers");
        Numbers(network).Should().Equal(before);
        Fit(new NonFinitePolicy.Skip())();
        Numbers(network).Should().OnlyContain(number => double.IsFinite(number));
    }

    private static Sequential Network()
    {
        torch.manual_seed(1);
        return Sequential(("in", Linear(6, 8)), ("norm", BatchNorm1d(8)), ("out", Linear(8, 3)));
    }

    private static Sequential MapNet(long channels)
    {
        torch.manual_seed(channels);
        return (Sequential)Sequential(("map", Conv2d(1, channels, 1)), ("flat", Flatten()), ("out", Linear(channels, 3))).to(torch.ScalarType.Float64);
    }

    private static TensorData Pixels(long samples) =>
        new(Some.Inputs(samples, 1, dtype: torch.ScalarType.Float64).view(samples, 1, 1, 1), Some.Labels(samples));

    private static double[] Numbers(Module module) =>
        [.. module.parameters().Select(parameter => (Tensor)parameter).Concat(module.buffers()).SelectMany(tensor => Close.Numbers(tensor))];

    /// <summary>Runs its normalization with forward, so that no hook sees it.</summary>
    private sealed class Hidden : Module<Tensor, Tensor>
    {
        private readonly BatchNorm1d _norm = BatchNorm1d(6);
        private readonly Linear _out = Linear(6, 3);

        public Hidden()
            : base(nameof(Hidden)) => RegisterComponents();

        public override Tensor forward(Tensor input) => _out.forward(_norm.forward(input));
    }
}
