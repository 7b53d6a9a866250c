using Distillation.Evaluation;
using Distillation.Losses;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Training;

/// <summary>Each task with each of what a run does with a validation.</summary>
public sealed class TaskTests : IDisposable
{
    private const int Samples = 24;

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly string _directory = Directory.CreateTempSubdirectory().FullName;

    public static TheoryData<string> Names => [.. Cases.Keys];

    public static TheoryData<string> Ambiguous => [.. Cases.Where(one => one.Value.Implied is null).Select(one => one.Key)];

    public static TheoryData<string> Implied => [.. Cases.Where(one => one.Value.Implied is not null).Select(one => one.Key)];

    private static Dictionary<string, Case> Cases { get; } = new()
    {
        ["classes"] = new(() => Some.Data(Samples), () => Linear(6, 3), new HardLabelLoss(), EvaluationTask.Classification, Implied: "Classification"),
        ["probabilities"] = new(
            () => new TensorData(Some.Inputs(Samples), functional.softmax(Some.Inputs(Samples, 3, 8), 1)),
            () => Linear(6, 3),
            new HardLabelLoss(),
            EvaluationTask.Classification),
        ["ignored labels"] = new(
            () => new TensorData(Some.Inputs(Samples), Some.Labels(Samples).MaskedFill(Some.Labels(Samples, 4, 9).eq(0), -100)),
            () => Linear(6, 3),
            new HardLabelLoss { IgnoredLabel = -100 },
            EvaluationTask.Classification.Ignoring(-100),
            Implied: "Classification"),
        ["several labels"] = new(
            () => new TensorData(Some.Inputs(Samples), Some.Inputs(Samples, 3, 8).gt(0).to(torch.ScalarType.Float32)),
            () => Linear(6, 3),
            new BinaryLabelLoss(),
            EvaluationTask.MultiLabel),
        ["one number"] = new(
            () => new TensorData(Some.Inputs(Samples), Some.Inputs(Samples, 1, 8).squeeze(1)),
            () => Linear(6, 1),
            new TargetMseLoss(),
            EvaluationTask.Regression),
        ["several numbers"] = new(
            () => new TensorData(Some.Inputs(Samples), Some.Inputs(Samples, 3, 8)), () => Linear(6, 3), new TargetMseLoss(), EvaluationTask.Regression),
        ["tokens"] = new(
            () => new Sequences(), () => Linear(6, 3), new HardLabelLoss { IgnoredLabel = -100 }, EvaluationTask.Tokens.Ignoring(-100), Implied: "Tokens"),
        ["maps"] = new(
            () => new TensorData(Some.Inputs(Samples * 5, 6).reshape(Samples, 6, 1, 5), Some.Labels(Samples * 5).reshape(Samples, 1, 5)),
            () => Conv2d(6, 3, 1),
            new HardLabelLoss(),
            EvaluationTask.Segmentation,
            Implied: "Segmentation"),
        ["embeddings"] = new(() => Some.Data(Samples), () => Linear(6, 4), new LogitMseLoss(), EvaluationTask.Retrieval),
    };

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Student_has_the_weights_of_the_best_validation_by_every_metric_of_the_task(string name)
    {
        Case one = Cases[name];
        foreach (Metric metric in one.Task.Metrics)
        {
            using Module<Tensor, Tensor> network = one.Student();

            TrainingResult result = Fit(one, network, new() { BestBy = metric });

            result.Best!.Position.Should().Be(Best(result, metric).Position);
            Evaluator.Evaluate(Student.From(network), one.Data(), one.Task).Metrics.Should().BeEquivalentTo(
                result.Best.Validation!.Metrics, options =>
                    options.Using<double>(pair => pair.Subject.Should().BeApproximately(pair.Expectation, 1e-6)).WhenTypeIs<double>());
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Early_stopping_restores_the_best_weights_unless_that_is_off(string name)
    {
        Case one = Cases[name];
        Metric metric = one.Task.Metrics[^1];
        (Module<Tensor, Tensor> restored, Module<Tensor, Tensor> last) = (one.Student(), one.Student());
        var stopping = new EarlyStopping(metric, Patience: 3, MinimumImprovement: 1e9);

        TrainingResult best = Fit(one, restored, new() { Epochs = 9, EarlyStopping = stopping });
        TrainingResult unrestored = Fit(one, last, new() { Epochs = 9, EarlyStopping = stopping with { RestoresBest = false } });

        best.Status.Should().Be(TrainingStatus.StoppedEarly);
        best.History.Should().HaveCount(4, "the first validation has none to beat, and three may pass without an improvement");
        best.Best!.Position.Should().Be(Best(best, metric).Position);
        unrestored.Best.Should().BeNull();
        Evaluator.Evaluate(Student.From(restored), one.Data(), one.Task)[metric].Should().BeApproximately(best.Best.Validation![metric], 1e-6);
        Evaluator.Evaluate(Student.From(last), one.Data(), one.Task)[metric].Should().BeApproximately(unrestored.History[^1].Validation![metric], 1e-6);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Resumed_run_has_the_validations_and_the_bits_of_one_that_was_not_interrupted(string name)
    {
        Case one = Cases[name];
        var options = new TrainerOptions { BestBy = one.Task.Metrics[0], EarlyStopping = new(one.Task.Metrics[^1]) };
        using Module<Tensor, Tensor> whole = one.Student();
        TrainingResult uninterrupted = Fit(one, whole, options);
        using Module<Tensor, Tensor> network = one.Student();
        using var stop = new CancellationTokenSource();
        TrainerOptions saved = options with { Checkpoints = new(_directory) };
        var progress = new Watch(report =>
        {
            if (report.Position.Epoch == 2)
            {
                stop.Cancel();
            }
        });
        FluentActions.Invoking(() => Fit(one, network, saved, progress, stop.Token)).Should().Throw<TrainingCanceledException>();

        TrainingResult resumed = Fit(one, network, saved);

        resumed.History.Select(report => report.Validation).Should().Equal(uninterrupted.History.Select(report => report.Validation));
        Some.Weights(network).Should().Equal(Some.Weights(whole));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Model_agrees_with_itself(string name)
    {
        Case one = Cases[name];
        using ITeacher model = Teacher.From(one.Student());

        AgreementReport report = ModelAgreement.Compare(model, model, one.Data(), one.Task, batchSize: 7);

        report.Metrics.Should().AllSatisfy(metric => metric.Value.Should().BeApproximately(
            metric.Key is "Agreement" or "CosineSimilarity" or nameof(R2Score) or nameof(SpearmanCorrelation) ? 1 : 0, 1e-12));
    }

    [Theory]
    [MemberData(nameof(Implied))]
    public void Class_ids_imply_the_task_by_their_shape(string name)
    {
        Case one = Cases[name] with { Task = null! };
        using Module<Tensor, Tensor> network = one.Student();

        TrainingResult result = Fit(one, network, new());

        result.History[^1].Validation!.Task.Should().Be(one.Implied);
    }

    [Theory]
    [MemberData(nameof(Ambiguous))]
    public void Labels_that_imply_no_task_are_refused_before_training_with_the_choices(string name)
    {
        if (name == "embeddings")
        {
            return;
        }

        Case one = Cases[name] with { Task = null! };
        using Module<Tensor, Tensor> network = one.Student();
        double[] before = Some.Weights(network);

        FluentActions.Invoking(() => Fit(one, network, new())).Should().Throw<ArgumentException>()
            .WithMessage("*imply no task*TrainerOptions.Task*Regression*MultiLabel*Classification*Tokens*Segmentation*Retrieval*Custom*");

        Some.Weights(network).Should().Equal(before);
    }

    private static TrainingProgress Best(TrainingResult result, Metric metric) =>
        result.History.Aggregate((best, next) => metric.IsBetter(next.Validation![metric], best.Validation![metric]) ? next : best);

    private static TrainingResult Fit(
        Case one, Module<Tensor, Tensor> network, TrainerOptions options, IProgress<TrainingProgress>? progress = null, CancellationToken stop = default)
    {
        torch.random.manual_seed(5);
        using ITeacher teacher = Teacher.From(one.Student());
        options = options with
        {
            Task = one.Task,
            Epochs = options.Epochs == new TrainerOptions().Epochs ? 4 : options.Epochs,
            BatchSize = 7,
            Optimizer = new SgdOptimizer(0.5),
        };
        return new DistillationTrainer(teacher, Student.From(network), one.Loss + (1e-3 * new LogitMseLoss().Named("teacher")), options)
            .Fit(one.Data(), one.Data(), progress, stop);
    }

    private sealed record Case(
        Func<IDataSource> Data, Func<Module<Tensor, Tensor>> Network, IDistillationLoss Loss, EvaluationTask Task, string? Implied = null)
    {
        public Module<Tensor, Tensor> Student()
        {
            torch.random.manual_seed(7);
            return Network();
        }
    }

    private sealed class Watch(Action<TrainingProgress> see) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => see(value);
    }

    // Labels of padding are −100, and some tokens besides are masked.
    private sealed class Sequences : IDataSource
    {
        private readonly Tensor _inputs = Some.Inputs(Samples * 5, 6).reshape(Samples, 5, 6);
        private readonly Tensor _labels = Some.Labels(Samples * 5).reshape(Samples, 5);
        private readonly Tensor _mask = Some.Inputs(Samples, 5, 9).gt(-0.5);

        public Sequences() => _labels[torch.TensorIndex.Colon, 4] = torch.tensor(-100L);

        public long Count => Samples;

        public Batch Read(Tensor indices) =>
            new MaskedBatch(_inputs.index_select(0, indices), _labels.index_select(0, indices), indices, _mask.index_select(0, indices));
    }
}
