using Distillation.Data;
using Distillation.Losses;
using Distillation.Training;
using Microsoft.Extensions.Logging;
using TorchSharp.Modules;

namespace Distillation.Tests.Training.Trainers;

public sealed class NoisyStudentTrainerTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _data;
    private readonly Sequential _teacher = Some.Mlp(seed: 4, dtype: torch.ScalarType.Float64);

    public NoisyStudentTrainerTests()
    {
        using TensorData labeled = Some.Data(samples: 12, seed: 7, dtype: torch.ScalarType.Float64);
        Tensor labels = labeled.Labels!.clone();
        labels[torch.TensorIndex.Slice(5)] = torch.tensor(-100L);
        _data = new TensorData(labeled.Inputs.clone(), labels);
    }

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(PseudoLabel.Soft)]
    [InlineData(PseudoLabel.Hard)]
    public void Rounds_with_fresh_noise_are_the_loop_by_hand(PseudoLabel kind)
    {
        TrainerOptions options = ByHand.Options(epochs: 3, batchSize: 4, rate: 0.3);
        Sequential[] students = New();

        StagedTrainingResult result =
            new NoisyStudentTrainer(Teacher.From(_teacher), [.. students.Select(Student.From)], new Shift(), pseudoLabel: kind, options: options).Fit(_data);

        Sequential[] byHand = New();
        Sequential taught = _teacher;
        foreach ((int round, Sequential student) in byHand.Index())
        {
            ByHand.Descend(student.parameters(), _data, options, (inputs, labels, step) =>
            {
                Tensor probabilities = taught.call(inputs).softmax(1).detach();
                int seed = unchecked((int)SplitMix64.Mix(SplitMix64.Mix(round, step / 3), 1));
                Tensor noisy = new Shift().Transform(inputs, torch.arange(step % 3 * 4, (step % 3 * 4) + 4, torch.ScalarType.Int64), seed);
                Tensor log = student.call(noisy).log_softmax(1);
                Tensor loss = torch.zeros(1, torch.ScalarType.Float64);
                for (int row = 0; row < 4; row++)
                {
                    long label = labels[row].item<long>();
                    Tensor target = probabilities[row];
                    if (label != -100 || kind == PseudoLabel.Hard)
                    {
                        target = torch.zeros(3, torch.ScalarType.Float64);
                        target[label == -100 ? probabilities[row].argmax().item<long>() : label] = torch.tensor(1.0, torch.ScalarType.Float64);
                    }

                    loss = loss - ((target * log[row]).sum() / 4);
                }

                return loss.sum();
            });
            taught = student;
        }

        Close.ShouldBe(All(students), All(byHand), 1e-9, "weights");
        result.Stages.Select(stage => stage.Name).Should().Equal("round 1", "round 2");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Run_that_is_killed_at_random_ends_with_the_same_bits(int seed) =>
        Killed.AtRandom((options, progress) => Train(options, progress, logger: null), Options(), seed).Should().Equal(Train(Options(), null, null));

    [Fact]
    public void Run_that_is_killed_between_rounds_ends_with_the_same_bits() =>
        Killed.BetweenStages<NoisyStudentTrainer>((options, logger) => Train(options, null, logger), Options(), stages: 2)
            .Should().Equal(Train(Options(), null, null));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void First_teacher_may_be_cached_because_it_sees_no_noise(bool selects)
    {
        PseudoLabelSelection? selection = selects ? new() { MinConfidence = 0.4 } : null;
        double[] Train(ITeacher teacher)
        {
            Sequential[] students = New();
            new NoisyStudentTrainer(teacher, [.. students.Select(Student.From)], new Shift(), selection: selection, options: Options()).Fit(_data);
            return All(students);
        }

        using ITeacher live = Teacher.From(_teacher);
        using var cached = live.Cached(_data.Count);

        Train(cached).Should().Equal(Train(live));
        cached.Filled.Should().Be(12);
    }

    [Fact]
    public void Round_learns_from_the_chosen_samples_alone()
    {
        var selection = new PseudoLabelSelection { MinConfidence = 0.4, SamplesPerClass = 2 };
        using ITeacher teacher = Teacher.From(_teacher);
        IDataSource chosen = new PseudoLabelChoice(selection, -100).Of(teacher, _data, batchSize: 5, torch.CPU, default);
        long[] numbers = chosen.Read(torch.arange(chosen.Count)).Indices.data<long>().ToArray();

        double[] Train(IDataSource data, PseudoLabelSelection? given)
        {
            Sequential student = New()[0];
            new NoisyStudentTrainer(teacher, [Student.From(student)], selection: given, options: Options()).Fit(data);
            return Some.Weights(student);
        }

        numbers.Should().Contain([0, 1, 2, 3, 4]).And.NotBeEquivalentTo(Enumerable.Range(0, 12));
        Train(_data, selection).Should().Equal(Train(_data.Subset(numbers), null));
    }

    [Fact]
    public void Run_with_a_selection_that_is_killed_between_rounds_ends_with_the_same_bits()
    {
        var selection = new PseudoLabelSelection { MinConfidence = 0.35, SamplesPerClass = 3 };
        double[] undisturbed = Train(Options(), null, null, selection);

        Killed.BetweenStages<NoisyStudentTrainer>((options, logger) => Train(options, null, logger, selection), Options(), stages: 2)
            .Should().Equal(undisturbed);
        undisturbed.Should().NotEqual(Train(Options(), null, null));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(3)]
    public void Micro_batches_give_the_same_updates(int size)
    {
        double[] whole = Train(Options(), null, null);

        Close.ShouldBe(Train(Options() with { MicroBatchSize = size }, null, null), whole, 1e-6, "weights");
    }

    [Fact]
    public void Loss_that_ignores_a_label_is_refused()
    {
        Action create = () => _ = new NoisyStudentTrainer(
            Teacher.From(_teacher), [Student.From(New()[0])], createLoss: () => new HardLabelLoss { IgnoredLabel = -100 });

        create.Should().Throw<ArgumentException>().WithMessage("Every sample has a target*the loss 'HardLabel' ignores a label.*");
    }

    [Fact]
    public void Labels_that_are_no_class_ids_are_refused_before_the_first_update()
    {
        Sequential student = New()[0];
        double[] before = Some.Weights(student);
        var targets = new TensorData(_data.Inputs, torch.rand(12, 3, torch.ScalarType.Float64));

        Action fit = () => new NoisyStudentTrainer(Teacher.From(_teacher), [Student.From(student)]).Fit(targets);

        fit.Should().Throw<InvalidOperationException>()
            .WithMessage("Labels must be class ids [12], with -100 for samples without a label, but are [12, 3] Float64.");
        Some.Weights(student).Should().Equal(before);
    }

    private static TrainerOptions Options() => new() { Epochs = 4, BatchSize = 4, Optimizer = new SgdOptimizer(0.1) { Momentum = 0.9 } };

    private static Sequential[] New() => [.. Enumerable.Range(0, 2).Select(i => Some.Mlp(hidden: 6 + i, seed: 20 + i, dtype: torch.ScalarType.Float64))];

    private static double[] All(IEnumerable<Sequential> networks) => [.. networks.SelectMany(Some.Weights)];

    private double[] Train(
        TrainerOptions options, IProgress<TrainingProgress>? progress, ILogger<NoisyStudentTrainer>? logger, PseudoLabelSelection? selection = null)
    {
        Sequential[] students = New();
        IStudent[] each = [.. students.Select(Student.From)];
        new NoisyStudentTrainer(Teacher.From(_teacher), each, new Shift(), selection: selection, options: options, logger: logger)
            .Fit(_data, progress: progress);
        return All(students);
    }
}
