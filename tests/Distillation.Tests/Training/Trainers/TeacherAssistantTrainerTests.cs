using Distillation.Losses;
using Distillation.Training;
using Microsoft.Extensions.Logging;
using TorchSharp.Modules;

namespace Distillation.Tests.Training.Trainers;

public sealed class TeacherAssistantTrainerTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _data = Some.Data(samples: 12, seed: 7, dtype: torch.ScalarType.Float64);
    private readonly Sequential _teacher = New(hidden: 16);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Path_from_teacher_to_student_is_the_loop_by_hand()
    {
        TrainerOptions options = ByHand.Options(epochs: 3, batchSize: 4, rate: 0.2);
        Sequential[] models = [New(hidden: 8), New(hidden: 6), New(hidden: 4)];

        StagedTrainingResult result = Trainer(models, () => new SoftTargetLoss(3), options).Fit(_data);

        Sequential[] byHand = [New(hidden: 8), New(hidden: 6), New(hidden: 4)];
        Sequential taught = _teacher;
        foreach (Sequential model in byHand)
        {
            ByHand.Descend(
                model.parameters(), _data, options, (inputs, _, _) => ByHand.Divergence(model.call(inputs), taught.call(inputs), temperature: 3));
            taught = model;
        }

        Close.ShouldBe(All(models), All(byHand), 1e-9, "weights");
        result.Stages.Select(stage => stage.Name).Should().Equal("assistant 1", "assistant 2", "student");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Run_that_is_killed_at_random_ends_with_the_same_bits(int seed) =>
        Killed.AtRandom((options, progress) => Train(options, progress, logger: null), Options(), seed).Should().Equal(Train(Options(), null, null));

    [Fact]
    public void Run_that_is_killed_between_models_ends_with_the_same_bits() =>
        Killed.BetweenStages<TeacherAssistantTrainer>((options, logger) => Train(options, null, logger), Options(), stages: 3)
            .Should().Equal(Train(Options(), null, null));

    [Fact]
    public void Next_model_learns_from_what_predicts_for_the_one_before_it()
    {
        Sequential[] models = [New(hidden: 8), New(hidden: 4)];
        var alone = (First: New(hidden: 8), Second: New(hidden: 4));

        Trainer(models, () => new Flipped(), Options()).Fit(_data);
        new DistillationTrainer(Teacher.From(_teacher), Student.From(alone.First), new Flipped(), Options()).Fit(_data);
        using ITeacher flipped = new Flipped().CreatePredictor(Student.From(alone.First))!;
        new DistillationTrainer(flipped, Student.From(alone.Second), new Flipped(), Options() with { Seed = 1 }).Fit(_data);

        All(models).Should().Equal(All([alone.First, alone.Second]));
    }

    [Fact]
    public void Path_without_assistants_is_refused()
    {
        Action create = () => Trainer([New(hidden: 4)], () => new SoftTargetLoss(), Options());

        create.Should().Throw<ArgumentException>()
            .WithMessage("There must be at least one assistant, but there is none. Without assistants, use DistillationTrainer.*");
    }

    private static TrainerOptions Options() => new() { Epochs = 2, BatchSize = 4, Optimizer = new AdamOptimizer(0.02) };

    private static Sequential New(long hidden) => Some.Mlp(hidden: hidden, seed: (int)hidden, dtype: torch.ScalarType.Float64);

    private static double[] All(IEnumerable<Sequential> networks) => [.. networks.SelectMany(Some.Weights)];

    private TeacherAssistantTrainer Trainer(
        Sequential[] models, Func<IDistillationLoss> createLoss, TrainerOptions options, ILogger<TeacherAssistantTrainer>? logger = null)
    {
        IStudent[] students = [.. models.Select(Student.From)];
        return new(Teacher.From(_teacher), students[..^1], students[^1], createLoss, options, logger);
    }

    // With hints, whose connectors have the sizes of each pair.
    private double[] Train(TrainerOptions options, IProgress<TrainingProgress>? progress, ILogger<TeacherAssistantTrainer>? logger)
    {
        Sequential[] models = [New(hidden: 8), New(hidden: 6), New(hidden: 4)];
        Trainer(models, () => new HintLoss("act", "act", new LinearConnector()) + new SoftTargetLoss(), options, logger).Fit(_data, _data, progress);
        return All(models);
    }

    /// <summary>Trains a student to output the teacher's logits with the other sign.</summary>
    private sealed class Flipped : IDistillationLoss
    {
        public Tensor Compute(DistillationContext context) => (context.Student.Logits + context.Teacher.Logits).square().mean();

        public ITeacher CreatePredictor(IStudent student) => Teacher.From((Batch batch) => student.Forward(batch, FeatureSet.None).Logits.neg());
    }
}
