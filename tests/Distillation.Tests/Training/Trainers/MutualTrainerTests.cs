using Distillation.Losses;
using Distillation.Models;
using Distillation.Testing;
using Distillation.Training;
using TorchSharp.Modules;

namespace Distillation.Tests.Training.Trainers;

public sealed class MutualTrainerTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _data = Some.Data(samples: 12, seed: 7, dtype: torch.ScalarType.Float64);

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Mutual_learning_is_the_loop_by_hand_with_the_mean_of_the_divergences_to_the_others(int count)
    {
        TrainerOptions options = ByHand.Options(epochs: 3, batchSize: 4, rate: 0.3);
        Sequential[] students = New(count);

        new MutualTrainer([.. students.Select(Student.From)], options: options).Fit(_data);

        double[] byHand = Descend(count, options, (logits, labels) => logits.Select(one =>
        {
            IEnumerable<Tensor> others = logits.Where(other => !ReferenceEquals(other, one));
            return ByHand.CrossEntropy(one, labels) + (others.Select(other => ByHand.Divergence(one, other, 1)).Aggregate(Sum) / (count - 1));
        }));
        Close.ShouldBe(All(students), byHand, 1e-9, "weights");
    }

    [Fact]
    public void Mean_of_logits_is_the_loop_by_hand()
    {
        TrainerOptions options = ByHand.Options(epochs: 3, batchSize: 4, rate: 0.3);
        Sequential[] students = New(3);

        new MutualTrainer([.. students.Select(Student.From)], () => new SoftTargetLoss(2), mean: EnsembleMean.Logits, options: options).Fit(_data);

        Close.ShouldBe(All(students), Descend(3, options, (logits, _) => logits.Select(one =>
            ByHand.Divergence(one, logits.Where(other => !ReferenceEquals(other, one)).Aggregate(Sum) / 2, 2))), 1e-9, "weights");
    }

    [Fact]
    public void Min_logit_target_is_the_loop_by_hand()
    {
        TrainerOptions options = ByHand.Options(epochs: 3, batchSize: 4, rate: 0.3);
        Sequential[] students = New(3);

        new MutualTrainer([.. students.Select(Student.From)], () => new SoftTargetLoss(2) + new HardLabelLoss(), MutualTarget.MinLogit, options: options)
            .Fit(_data);

        Close.ShouldBe(All(students), Descend(3, options, (logits, labels) =>
        {
            var target = new double[4, 3];
            foreach ((int row, int c) in Enumerable.Range(0, 12).Select(i => (i / 3, i % 3)))
            {
                target[row, c] = logits.Min(one => one[row, c].item<double>() - one[row, labels[row].item<long>()].item<double>());
            }

            return logits.Select(one => ByHand.Divergence(one, torch.tensor(target), 2) + ByHand.CrossEntropy(one, labels));
        }), 1e-9, "weights");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Run_that_is_killed_at_random_ends_with_the_same_bits(int seed) =>
        Killed.AtRandom(Train, Options(), seed).Should().Equal(Train(Options(), null));

    [Theory]
    [InlineData(MutualTarget.Others)]
    [InlineData(MutualTarget.MinLogit)]
    public void Scheme_keeps_the_rules_of_schemes(MutualTarget target) => SchemeCheck.Run(
        () => new MutualScheme(
            Enumerable.Range(0, 3).Select(i => new Learner(Student.From(Some.Mlp(seed: i)), new SoftTargetLoss() + new HardLabelLoss()) { Name = $"{i}" }),
            target,
            EnsembleMean.Probabilities),
        Some.Data(samples: 24));

    [Fact]
    public void Of_two_students_each_reads_layers_of_the_other()
    {
        Sequential[] students = New(2);
        var trainer = new MutualTrainer(
            [.. students.Select(Student.From)], () => new HintLoss("in", "in"), options: ByHand.Options(epochs: 40, batchSize: 12, rate: 0.5));

        TrainingResult result = trainer.Fit(_data);

        result.History[^1].Terms["student 2/Hint"].Should().BeLessThan(0.1 * result.History[0].Terms["student 2/Hint"]);
    }

    [Fact]
    public void Layers_of_several_others_are_refused()
    {
        Action create = () => _ = new MutualTrainer([.. New(3).Select(Student.From)], () => new HintLoss("in", "in"));
        Action common = () => _ = new MutualTrainer([.. New(2).Select(Student.From)], () => new HintLoss("in", "in"), MutualTarget.MinLogit);

        create.Should().Throw<ArgumentException>().WithMessage("The loss reads layer 'in' of the common target, which has no such layer. It has: none.*");
        common.Should().Throw<ArgumentException>().WithMessage("The loss reads layer 'in' of the common target*");
    }

    [Fact]
    public void Less_than_two_networks_are_refused()
    {
        Sequential student = New(1)[0];

        FluentActions.Invoking(() => new MutualTrainer([Student.From(student)])).Should().Throw<ArgumentException>()
            .WithMessage("There must be at least two students, each with a network of its own, but there are 1 with 1 networks.*");
        FluentActions.Invoking(() => new MutualTrainer([Student.From(student), Student.From(student)])).Should().Throw<ArgumentException>()
            .WithMessage("*there are 2 with 1 networks.*");
    }

    [Fact]
    public void Checkpoint_of_another_target_is_refused()
    {
        string directory = Directory.CreateTempSubdirectory("distillation-").FullName;
        try
        {
            void Train(MutualTarget target) => new MutualTrainer(
                [.. New(2).Select(Student.From)], target: target, options: Options() with { Checkpoints = new(directory) }).Fit(_data);

            Train(MutualTarget.Others);

            FluentActions.Invoking(() => Train(MutualTarget.MinLogit)).Should().Throw<InvalidOperationException>().WithMessage("*target was Others*");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static TrainerOptions Options() => new() { Epochs = 6, BatchSize = 4, Optimizer = new AdamOptimizer(0.02) };

    private static Tensor Sum(Tensor left, Tensor right) => left + right;

    private static Sequential[] New(int count) => [.. Enumerable.Range(0, count).Select(i => Some.Mlp(seed: 20 + i, dtype: torch.ScalarType.Float64))];

    private static double[] All(IEnumerable<Sequential> networks) => [.. networks.SelectMany(Some.Weights)];

    // The targets of all are constants, so that the sum of the losses has the gradient of each.
    private double[] Descend(int count, TrainerOptions options, Func<Tensor[], Tensor, IEnumerable<Tensor>> losses)
    {
        Sequential[] byHand = New(count);
        ByHand.Descend(
            byHand.SelectMany(student => student.parameters()),
            _data,
            options,
            (inputs, labels, _) => losses([.. byHand.Select(student => student.call(inputs))], labels).Aggregate(Sum));
        return All(byHand);
    }

    private double[] Train(TrainerOptions options, IProgress<TrainingProgress>? progress)
    {
        Sequential[] students = New(3);
        new MutualTrainer([.. students.Select(Student.From)], options: options with { BestBy = Metric.NegativeLogLikelihood }).Fit(_data, _data, progress);
        return All(students);
    }
}
