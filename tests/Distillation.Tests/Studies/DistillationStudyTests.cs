using Distillation.Losses;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Studies;

public sealed class DistillationStudyTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly string _directory = Directory.CreateTempSubdirectory("distillation-").FullName;
    private readonly Tensor _weights = Some.Inputs(6, 3, 11);

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Teacher_that_knows_what_noisy_labels_hide_helps()
    {
        StudyResult result = Run([Soft("soft")]);

        result.Verdict.Should().Be(DistillationVerdict.Helps);
        result.Sentence().Should().StartWith("Distill with soft: Accuracy changes by +0.").And.Contain("5 pairs");
        result.Difference.Should().BeApproximately(result.Pairs.Mean, 1e-12);
        result.Interval.Contains(result.Difference).Should().BeTrue();
        result.McNemar.Should().HaveCount(5).And.OnlyContain(test => test.OnlySecond > test.OnlyFirst);
        result.Teacher!.Accuracy.Should().Be(1);
        result.Points.Select(point => point.Name).Should().Equal("soft", "alone (student)");
    }

    [Fact]
    public void Teacher_without_weight_brings_nothing() =>
        Run([new("none", () => (1e-7 * new SoftTargetLoss()) + new HardLabelLoss())]).Verdict.Should().Be(DistillationVerdict.NoDifference);

    [Fact]
    public void Teacher_that_confuses_the_classes_harms()
    {
        StudyResult result = Run([Soft("soft")], teacherClasses: [1, 2, 0], labelNoise: 0);

        result.Verdict.Should().Be(DistillationVerdict.Harms);
        result.Sentence().Should().StartWith("Do not distill: with soft, the best of one candidate, Accuracy changes by -0.");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Results_do_not_depend_on_how_many_trainings_run_at_once(int parallelism)
    {
        StudyCandidate[] candidates = [Soft("soft"), Soft("dropout") with { Student = Dropping, StudentName = "dropping" }, Hard("hard")];

        StudyResult result = Run(candidates, options: new() { Parallelism = parallelism, Pairs = 2 });

        result.Points.Should().HaveCount(5);
        Numbers(result).Should().Equal(Numbers(Run(candidates, options: new() { Parallelism = 2, Pairs = 2 })));
    }

    [Fact]
    public void Search_gives_more_epochs_to_fewer_candidates_and_finds_the_best()
    {
        var collected = new List<StudyProgress>();
        StudyCandidate[] candidates = [.. Enumerable.Range(0, 8).Select(i => Idle($"idle {i}")), Soft("soft")];

        StudyResult result = Run(candidates, options: new() { Pairs = 2 }, progress: new Collected(collected.Add));

        result.Best.Should().Be("soft");
        result.Points.Select(point => point.Budget).Order().Should().Equal(
            [.. Enumerable.Repeat(1.0 / 9, 6), .. Enumerable.Repeat(1.0 / 3, 2), 1, 1], (one, other) => Math.Abs(one - other) < 1e-12);
        collected.Select(report => report.Completed).Should().Equal(Enumerable.Range(1, 9 + 3 + 4));
        collected.Should().OnlyContain(report => report.Total == 16 && report.Metric == "Accuracy");
    }

    [Fact]
    public void Pareto_front_has_what_nothing_smaller_beats()
    {
        StudyResult result = Run(
            [Soft("small"), Soft("large") with { Student = () => Sequential(Linear(6, 40), ReLU(), Linear(40, 3)), StudentName = "large" }]);

        result.ParetoFront()[0].StudentName.Should().Be("student", "it is the smallest");
        result.ParetoFront().Select(point => point.Cost.Parameters).Should().BeInAscendingOrder();
        result.ParetoFront().Select(point => point.Value).Should().BeInAscendingOrder();
        result.Describe().Should().Contain("teacher: Classification").And.Contain("pair 5: alone 0.").And.Contain("parameters");
    }

    [Fact]
    public void Canceled_study_goes_on_from_its_directory_to_the_same_result()
    {
        using var stop = new CancellationTokenSource();
        StudyCandidate[] candidates = [Soft("soft"), Hard("hard")];
        var options = new StudyOptions { Pairs = 2, Directory = _directory };
        int trained = 0;
        var progress = new Collected(report =>
        {
            if (report.Completed == 3)
            {
                stop.Cancel();
            }
        });
        FluentActions.Invoking(() => Run(candidates, options: options, progress: progress, stop: stop.Token)).Should().Throw<OperationCanceledException>();
        Directory.GetFiles(_directory).Should().HaveCount(3);
        File.WriteAllText(Directory.GetFiles(_directory)[0], "{ \"Key\": ");

        var log = new LoggedLines<DistillationStudy>();

        StudyResult result = Run(candidates, options: options, counted: () => trained++, log: log);

        trained.Should().Be(6 - 2 + 2, "two outcomes are used again, and a student is created for the cost and one for the check of the data");
        Numbers(result).Should().Equal(Numbers(Run(candidates, options: options with { Directory = null })));
        log.Where(line => line.Id == 302).Should().ContainSingle()
            .Which.Text.Should().StartWith($"The outcome {_directory}").And.Contain("is damaged, and the training is run again: ");
        log.Where(line => line.Id == 301).Select(line => line.Text[..13]).Should().Equal(Enumerable.Range(1, 6).Select(number => $"Training {number} of"));
    }

    [Fact]
    public void Search_that_is_out_of_time_is_reported_as_incomplete_and_the_pairs_are_trained()
    {
        StudyResult result = Run([Soft("soft"), Hard("hard")], options: new() { Pairs = 2, SearchBudget = TimeSpan.FromTicks(1) });

        result.IsComplete.Should().BeFalse();
        result.Alone.Should().HaveCount(2);
        result.Points.Single(point => point.Name == "hard").Value.Should().Be(double.NaN);
    }

    [Fact]
    public void Candidate_that_diverges_is_the_worst()
    {
        StudyCandidate wild = new("wild", () => new NotANumber());

        var log = new LoggedLines<DistillationStudy>();

        Run([wild, Soft("soft")], options: new() { Pairs = 2 }, log: log).Best.Should().Be("soft");

        log.Where(line => line.Id == 303).Should().NotBeEmpty().And.OnlyContain(line => line.Text.StartsWith("The training of wild with seed "));
    }

    [Fact]
    public void Regression_is_studied_by_a_metric_of_its_own()
    {
        TensorData Numbers(int samples, int seed, double noise)
        {
            Tensor inputs = Some.Inputs(samples, 6, seed);
            return new(inputs, inputs.matmul(_weights) + (noise * Some.Inputs(samples, 3, seed + 50)));
        }

        using ITeacher teacher = Teacher.From(inputs => inputs.matmul(_weights));
        var study = new DistillationStudy(
            teacher,
            () => Linear(6, 3),
            [new("outputs", () => new LogitMseLoss())],
            new() { Training = Training, Task = EvaluationTask.Regression, Metric = Metric.R2Score });

        StudyResult result = study.Run(Numbers(30, 1, 3), Numbers(60, 2, 0), Numbers(200, 3, 0));

        result.Verdict.Should().Be(DistillationVerdict.Helps);
        result.Metric.Should().Be("R2Score");
        result.McNemar.Should().BeEmpty();
    }

    [Fact]
    public void Labels_that_imply_no_task_are_refused_before_a_training()
    {
        int created = 0;
        using ITeacher teacher = Teacher.From(Some.Mlp());
        TensorData data = new(Some.Inputs(), Some.Inputs(20, 3, 8));
        var study = new DistillationStudy(
            teacher,
            () =>
            {
                created++;
                return Linear(6, 3);
            },
            [Soft("soft")]);

        FluentActions.Invoking(() => study.Run(data, data, data)).Should().Throw<ArgumentException>().WithMessage("*imply no task*StudyOptions.Task*");

        created.Should().Be(2, "one for the cost and one for the check");
    }

    [Fact]
    public void What_does_not_make_a_study_is_refused()
    {
        using ITeacher teacher = Teacher.From(Some.Mlp());
        DistillationStudy Of(StudyCandidate[] candidates, StudyOptions? options = null) => new(teacher, () => Linear(6, 3), candidates, options);

        FluentActions.Invoking(() => Of([])).Should().Throw<ArgumentException>().WithMessage("There must be at least one candidate*");
        FluentActions.Invoking(() => Of([Soft("a"), Hard("a")])).Should().Throw<ArgumentException>().WithMessage("*[a, a]*");
        FluentActions.Invoking(() => Of([Soft("a"), Hard("b") with { Student = Dropping }]))
            .Should().Throw<ArgumentException>().WithMessage("*'student' differ*");
        FluentActions.Invoking(() => Of([Soft("a")], new() { Training = new() { Checkpoints = new(_directory) } }))
            .Should().Throw<ArgumentException>().WithMessage("*StudyOptions.Directory*");
        FluentActions.Invoking(() => new StudyOptions { Pairs = 1 }).Should().Throw<ArgumentOutOfRangeException>();
    }

    private static TrainerOptions Training { get; } = new() { Epochs = 18, BatchSize = 10, Optimizer = new AdamOptimizer(0.05) };

    private static StudyCandidate Soft(string name) => new(name, () => new SoftTargetLoss());

    private static StudyCandidate Idle(string name) =>
        new(name, () => 1e-9 * new HardLabelLoss()) { Training = Training with { Optimizer = new SgdOptimizer(0.1) } };

    private static StudyCandidate Hard(string name) => new(name, () => new HardLabelLoss());

    private static Module<Tensor, Tensor> Dropping() => Sequential(Linear(6, 8), Dropout(0.3), Linear(8, 3));

    private static double[] Numbers(StudyResult result) =>
    [
        result.Difference, result.Interval.Low, result.Interval.High,
        .. result.Points.Select(point => point.Value),
        .. result.Alone.Concat(result.Distilled).SelectMany(report => report.Metrics.Values),
    ];

    // Labels of a linear rule, some of them replaced; validation and test data without such noise.
    private StudyResult Run(
        StudyCandidate[] candidates,
        long[]? teacherClasses = null,
        double labelNoise = 0.5,
        StudyOptions? options = null,
        IProgress<StudyProgress>? progress = null,
        CancellationToken stop = default,
        Action? counted = null,
        LoggedLines<DistillationStudy>? log = null)
    {
        TensorData Data(int samples, int seed, double noise)
        {
            Tensor inputs = Some.Inputs(samples, 6, seed);
            Tensor clean = inputs.matmul(_weights).argmax(1);
            Tensor noisy = Some.Inputs(samples, 1, seed + 70).squeeze(1).sigmoid().lt(noise);
            return new(inputs, torch.where(noisy, Some.Labels(samples, 3, seed + 90), clean));
        }

        using ITeacher teacher = Teacher.From(inputs => (3 * inputs.matmul(_weights)).index_select(1, torch.tensor(teacherClasses ?? [0, 1, 2])));
        var study = new DistillationStudy(
            teacher,
            () =>
            {
                counted?.Invoke();
                return Linear(6, 3);
            },
            candidates,
            (options ?? new()) with { Training = Training },
            log);
        return study.Run(Data(60, 1, labelNoise), Data(200, 2, 0), Data(400, 3, 0), progress, stop);
    }

    private sealed class Collected(Action<StudyProgress> see) : IProgress<StudyProgress>
    {
        public void Report(StudyProgress value) => see(value);
    }

    private sealed class NotANumber : IDistillationLoss
    {
        public Tensor Compute(DistillationContext context) => context.Student.Logits.mean() * double.NaN;
    }
}
