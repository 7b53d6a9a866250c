using Distillation.Evaluation;
using Distillation.Losses;
using Distillation.Testing;
using Distillation.Training;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Training.Trainers;

public sealed class MeanTeacherTrainerTests : IDisposable
{
    private const double Decay = 0.8;

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _data;

    public MeanTeacherTrainerTests()
    {
        using TensorData labeled = Some.Data(samples: 12, seed: 7, dtype: torch.ScalarType.Float64);
        Tensor labels = labeled.Labels!.clone();
        foreach (int number in new[] { 1, 2, 6, 11 })
        {
            labels[number] = torch.tensor(-100L);
        }

        _data = new TensorData(labeled.Inputs.clone(), labels);
    }

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Student_of_its_average_is_the_loop_by_hand()
    {
        TrainerOptions options = ByHand.Options(epochs: 4, batchSize: 4, rate: 0.3);
        Sequential student = New();

        new MeanTeacherTrainer(Student.From(student), Loss(), Decay, new Shift(), options).Fit(_data);

        Sequential byHand = New();
        Sequential average = New();
        int updates = 0;
        ByHand.Descend(
            byHand.parameters(),
            _data,
            options,
            (inputs, labels, step) =>
            {
                Tensor See(ulong view) => new Shift().Transform(
                    inputs,
                    torch.arange(step % 3 * 4, (step % 3 * 4) + 4, torch.ScalarType.Int64),
                    unchecked((int)SplitMix64.Mix(SplitMix64.Mix(0, step / 3), view)));

                Tensor logits = byHand.call(See(1));
                double left = 1 - Math.Min(1, step / 12.0 / 0.5);
                return functional.cross_entropy(logits, labels, ignore_index: -100)
                    + (ByHand.Divergence(logits, average.call(See(2)), 1) * (3 * Math.Exp(-5 * left * left)));
            },
            () =>
            {
                // The first update copies the weights.
                double decay = updates++ == 0 ? 0 : Decay;
                foreach ((Parameter kept, Parameter trained) in average.parameters().Zip(byHand.parameters()))
                {
                    kept.mul_(decay).add_(trained * (1 - decay));
                }
            });
        Close.ShouldBe(Some.Weights(student), Some.Weights(average), 1e-9, "averaged weights");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Run_that_is_killed_at_random_ends_with_the_same_bits(int seed) =>
        Killed.AtRandom(Train, Options(), seed).Should().Equal(Train(Options(), null));

    [Fact]
    public void Scheme_keeps_the_rules_of_schemes() => SchemeCheck.Run(
        () => new MeanTeacherScheme(
            new Learner(Student.From(Some.Mlp()), Loss(), update: new() { AverageDecay = Decay }), new SmallShift(), seed: 3),
        new TensorData(Some.Inputs(24), Some.Labels(24)));

    [Fact]
    public void Average_is_what_is_validated_and_what_remains()
    {
        Sequential student = New();

        TrainingResult result = new MeanTeacherTrainer(Student.From(student), Loss(), Decay, options: Options()).Fit(_data, Validation());

        using ITeacher after = Student.From(student).AsTeacher();
        result.History[^1].Validation!.NegativeLogLikelihood.Should().BeApproximately(Evaluator.Evaluate(after, Validation()).NegativeLogLikelihood, 1e-12);
    }

    [Fact]
    public void Teacher_runs_without_dropout_and_leaves_the_statistics_of_normalization()
    {
        Sequential Make(bool drops)
        {
            torch.manual_seed(5);
            return (Sequential)Sequential(("in", Linear(6, 8)), ("norm", BatchNorm1d(8)), ("drop", Dropout(drops ? 0.9 : 0)), ("out", Linear(8, 3)))
                .to(torch.ScalarType.Float64);
        }

        Sequential student = Make(drops: true);
        Sequential alone = Make(drops: true);
        // A loss that reads the student alone: the teacher must have no part in what it draws and counts.
        new MeanTeacherTrainer(Student.From(student), new HardLabelLoss { IgnoredLabel = -100 }, Decay, options: Options()).Fit(_data);
        new SupervisedTrainer(
            Student.From(alone), new HardLabelLoss { IgnoredLabel = -100 }, Options() with { Update = new() { AverageDecay = Decay } }).Fit(_data);

        Some.Weights(student).Should().Equal(Some.Weights(alone));
        student.buffers().Zip(alone.buffers()).Should().OnlyContain(pair => Close.Numbers(pair.First).SequenceEqual(Close.Numbers(pair.Second)));
    }

    [Fact]
    public void Run_leaves_no_tensor()
    {
        using IStudent student = Student.From(New());
        Leak.None(() => new MeanTeacherTrainer(student, Loss(), Decay, new Shift(), Options()).Fit(_data));
    }

    [Fact]
    public void Second_average_is_refused()
    {
        Action create = () => _ = new MeanTeacherTrainer(
            Student.From(New()), Loss(), options: new() { Update = new() { AverageDecay = 0.5 } });

        create.Should().Throw<ArgumentException>().WithMessage("The average is that of decay, 0.999, but AverageDecay is 0.5. Leave it out.*");
        FluentActions.Invoking(() => new MeanTeacherTrainer(Student.From(New()), Loss(), decay: 1)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("decay");
    }

    private static IDistillationLoss Loss() => new HardLabelLoss { IgnoredLabel = -100 } + (new Schedule.RampUp(3, share: 0.5) * new SoftTargetLoss(1));

    private static TrainerOptions Options() => new() { Epochs = 6, BatchSize = 4, Optimizer = new AdamOptimizer(0.02) };

    private static TensorData Validation() => Some.Data(samples: 9, seed: 70, dtype: torch.ScalarType.Float64);

    private static Sequential New() => Some.Mlp(seed: 20, dtype: torch.ScalarType.Float64);

    private double[] Train(TrainerOptions options, IProgress<TrainingProgress>? progress)
    {
        Sequential student = New();
        options = options with { BestBy = Metric.NegativeLogLikelihood };
        new MeanTeacherTrainer(Student.From(student), Loss(), Decay, new Shift(), options).Fit(_data, Validation(), progress);
        return Some.Weights(student);
    }

    private sealed class SmallShift : ISampleTransform
    {
        public Tensor Transform(Tensor inputs, Tensor indices, int seed) => new Shift().Transform(inputs, indices, seed).to(inputs.dtype);
    }
}
