using Distillation.Losses;
using Distillation.Training;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Training;

public sealed class BaselineRunTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"distillation-{Guid.NewGuid():N}");
    private readonly Tensor _weights = Some.Inputs(6, 3, 11);
    private readonly Module<Tensor, Tensor> _network = Some.Mlp();

    public void Dispose()
    {
        _scope.Dispose();
        foreach (string directory in (string[])[_directory, $"{_directory}.baseline"])
        {
            if (Directory.Exists(directory))
            {
                Directory.Delete(directory, recursive: true);
            }
        }
    }

    [Fact]
    public void Distilled_student_is_compared_with_the_same_one_alone()
    {
        TrainingResult result = Fit(new() { Baseline = true });

        BaselineComparison baseline = result.Baseline!;
        baseline.Verdict.Should().Be(DistillationVerdict.Helps);
        baseline.Metric.Should().Be("Accuracy");
        baseline.Difference.Should().BeApproximately(baseline.Distilled.Accuracy - baseline.Alone.Accuracy, 1e-12);
        baseline.Interval.Contains(baseline.Difference).Should().BeTrue();
        baseline.McNemar!.OnlySecond.Should().BeGreaterThan(baseline.McNemar.OnlyFirst);
        baseline.Describe()
            .Should().StartWith("Accuracy changes by +0.").And.Contain(": distillation helps.").And.Contain("  alone: Classification of 300 samples");
    }

    [Fact]
    public void Both_runs_have_the_bits_that_they_have_apart()
    {
        TrainingResult result = Fit(new() { Baseline = true });

        Module<Tensor, Tensor> apart = Some.Mlp();
        TrainingResult distilled = Fit(new(), apart);
        Some.Weights(apart).Should().Equal(Some.Weights(_network));
        result.History.Select(report => report.Loss).Should().Equal(distilled.History.Select(report => report.Loss));
        Module<Tensor, Tensor> alone = Some.Mlp();
        new SupervisedTrainer(Student.From(alone), options: Options(new())).Fit(Data(40, 1, 0.5), Data(300, 3, 0)).History[^1].Validation
            .Should().Be(result.Baseline!.Training.History[^1].Validation);
    }

    [Fact]
    public void Metric_is_that_by_which_the_best_epoch_is_chosen()
    {
        BaselineComparison baseline = Fit(new() { Baseline = true, BestBy = Metric.NegativeLogLikelihood }).Baseline!;

        baseline.Metric.Should().Be("NegativeLogLikelihood");
        baseline.Verdict.Should().Be(DistillationVerdict.Helps, "less is better");
        baseline.Difference.Should().BeNegative();
    }

    [Fact]
    public void Student_has_its_starting_weights_where_the_run_alone_is_canceled()
    {
        double[] before = Some.Weights(_network);
        using var stop = new CancellationTokenSource();
        stop.Cancel();

        FluentActions.Invoking(() => Fit(new() { Baseline = true }, stop: stop.Token)).Should().Throw<OperationCanceledException>();

        Some.Weights(_network).Should().Equal(before);
    }

    [Fact]
    public void Run_with_checkpoints_keeps_those_of_the_student_alone_apart_and_resumes_both()
    {
        TrainerOptions options = new() { Baseline = true, Checkpoints = new(_directory) };
        using var stop = new CancellationTokenSource();
        var progress = new CollectingProgress { OnReport = _ => stop.Cancel() };
        FluentActions.Invoking(() => Fit(options, progress: progress, stop: stop.Token)).Should().Throw<TrainingCanceledException>();
        Module<Tensor, Tensor> fresh = Some.Mlp();

        TrainingResult resumed = Fit(options, fresh);

        Module<Tensor, Tensor> uninterrupted = Some.Mlp();
        TrainingResult whole = Fit(new() { Baseline = true }, uninterrupted);
        Some.Weights(fresh).Should().Equal(Some.Weights(uninterrupted));
        (resumed.Baseline!.Alone, resumed.Baseline.Distilled).Should().Be((whole.Baseline!.Alone, whole.Baseline.Distilled));
        Directory.Exists($"{_directory}.baseline").Should().BeTrue();
    }

    [Fact]
    public void What_cannot_be_compared_is_refused_before_training()
    {
        double[] before = Some.Weights(_network);
        using ITeacher teacher = Teacher.From(Some.Mlp(hidden: 9));
        DistillationTrainer Trainer(EvaluationTask? task = null) =>
            new(teacher, Student.From(_network), new SoftTargetLoss(), new() { Baseline = true, Task = task });

        FluentActions.Invoking(() => Trainer().Fit(Data(40, 1, 0))).Should().Throw<ArgumentException>().WithMessage("Baseline needs validation data*");
        FluentActions.Invoking(() => Trainer(EvaluationTask.Retrieval).Fit(Data(40, 1, 0), Data(40, 2, 0)))
            .Should().Throw<ArgumentException>().WithMessage("*Retrieval has no usual loss on labels*");
        FluentActions.Invoking(() => new SupervisedTrainer(Student.From(_network), options: new() { Baseline = true }).Fit(Data(40, 1, 0)))
            .Should().Throw<NotSupportedException>().WithMessage("*option of DistillationTrainer*");
        Some.Weights(_network).Should().Equal(before);
    }

    [Fact]
    public void No_tensor_is_left() => Leak.None(() => Fit(new() { Baseline = true }));

    private static TrainerOptions Options(TrainerOptions options) => options with { Epochs = 15, BatchSize = 10, Optimizer = new AdamOptimizer(0.05) };

    private TrainingResult Fit(
        TrainerOptions options, Module<Tensor, Tensor>? network = null, IProgress<TrainingProgress>? progress = null, CancellationToken stop = default)
    {
        using var scope = torch.NewDisposeScope();
        using ITeacher teacher = Teacher.From(inputs => 3 * inputs.matmul(_weights));
        return new DistillationTrainer(teacher, Student.From(network ?? _network), new SoftTargetLoss(), Options(options))
            .Fit(Data(40, 1, 0.5), Data(300, 3, 0), progress, stop);
    }

    // Labels of a linear rule, some of them replaced.
    private TensorData Data(int samples, int seed, double noise)
    {
        Tensor inputs = Some.Inputs(samples, 6, seed);
        Tensor noisy = Some.Inputs(samples, 1, seed + 70).squeeze(1).sigmoid().lt(noise);
        return new(inputs, torch.where(noisy, Some.Labels(samples, 3, seed + 90), inputs.matmul(_weights).argmax(1)));
    }
}
