using Distillation.Losses;
using Distillation.Training;
using Microsoft.Extensions.Logging;
using TorchSharp.Modules;

namespace Distillation.Tests.Training.Trainers;

public sealed class BornAgainTrainerTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _data = Some.Data(samples: 12, seed: 7, dtype: torch.ScalarType.Float64);
    private readonly Sequential _teacher = Some.Mlp(seed: 4, dtype: torch.ScalarType.Float64);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Generations_and_their_ensemble_are_the_loop_by_hand()
    {
        TrainerOptions options = ByHand.Options(epochs: 3, batchSize: 4, rate: 0.3);
        Sequential[] students = New(3);
        var trainer = new BornAgainTrainer(Teacher.From(_teacher), [.. students.Select(Student.From)], Distilled, options);

        StagedTrainingResult result = trainer.Fit(_data, _data);

        Sequential[] byHand = New(3);
        Sequential taught = _teacher;
        foreach (Sequential student in byHand)
        {
            ByHand.Descend(student.parameters(), _data, options, (inputs, labels, _) =>
            {
                Tensor logits = student.call(inputs);
                return (ByHand.Divergence(logits, taught.call(inputs), temperature: 2) * 0.7) + (ByHand.CrossEntropy(logits, labels) * 0.3);
            });
            taught = student;
        }

        Close.ShouldBe(All(students), All(byHand), 1e-9, "weights");
        Tensor mean = byHand.Select(student => student.call(_data.Inputs).softmax(1)).Aggregate((sum, one) => sum + one) / 3;
        ModelOutput ensemble = trainer.CreateEnsemble().Predict(_data.Read(torch.arange(12, torch.ScalarType.Int64)), FeatureSet.None);
        Close.ShouldBe(Close.Numbers(ensemble.Logits.softmax(1)), Close.Numbers(mean), 1e-9, "probabilities");
        result.Stages.Select(stage => stage.Name).Should().Equal("generation 1", "generation 2", "generation 3");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Run_that_is_killed_at_random_ends_with_the_same_bits(int seed) =>
        Killed.AtRandom((options, progress) => Train(options, progress, logger: null), Options(), seed).Should().Equal(Train(Options(), null, null));

    [Fact]
    public void Run_that_is_killed_between_generations_ends_with_the_same_bits() =>
        Killed.BetweenStages<BornAgainTrainer>((options, logger) => Train(options, null, logger), Options(), stages: 3)
            .Should().Equal(Train(Options(), null, null));

    [Fact]
    public void Each_generation_has_an_order_of_its_own()
    {
        Sequential[] students = [New(1)[0], New(1)[0]];
        using ITeacher same = Teacher.From(inputs => _teacher.call(inputs) * 0);

        new BornAgainTrainer(same, [.. students.Select(Student.From)], () => new HardLabelLoss(), Options()).Fit(_data);

        Some.Weights(students[1]).Should().NotEqual(Some.Weights(students[0]), "both began with the same weights and learned from the labels");
    }

    [Fact]
    public void Network_that_comes_twice_is_refused()
    {
        Sequential student = New(1)[0];
        Action create = () => _ = new BornAgainTrainer(Teacher.From(_teacher), [Student.From(student), Student.From(student)], Distilled);

        create.Should().Throw<ArgumentException>().WithMessage("Each student must have a network of its own, but that of 'generation 2' comes twice.*");
    }

    [Fact]
    public void Layers_that_a_generation_or_the_first_teacher_does_not_have_are_refused()
    {
        Action first = () => _ = new BornAgainTrainer(Teacher.From(_teacher), [Student.From(New(1)[0])], () => new HintLoss("in", "nowhere"));
        Action none = () => _ = new BornAgainTrainer(Teacher.From(_teacher), [], Distilled);

        first.Should().Throw<ArgumentException>().WithParameterName("teacher").WithMessage("*'nowhere'*");
        none.Should().Throw<ArgumentException>().WithMessage("There must be at least one*");
    }

    private static TrainerOptions Options() => new() { Epochs = 2, BatchSize = 4, Optimizer = new AdamOptimizer(0.02) };

    private static IDistillationLoss Distilled() => (0.7 * new SoftTargetLoss(2)) + (0.3 * new HardLabelLoss());

    private static Sequential[] New(int count) => [.. Enumerable.Range(0, count).Select(i => Some.Mlp(seed: 20 + i, dtype: torch.ScalarType.Float64))];

    private static double[] All(IEnumerable<Sequential> networks) => [.. networks.SelectMany(Some.Weights)];

    private double[] Train(TrainerOptions options, IProgress<TrainingProgress>? progress, ILogger<BornAgainTrainer>? logger)
    {
        Sequential[] students = New(3);
        new BornAgainTrainer(Teacher.From(_teacher), [.. students.Select(Student.From)], Distilled, options, logger).Fit(_data, _data, progress);
        return All(students);
    }
}
