using System.Text.Json.Nodes;
using Distillation.Evaluation;
using Distillation.Losses;
using Distillation.Serialization;
using Distillation.Training;
using TorchSharp.Modules;

namespace Distillation.Tests.Checkpoints;

public sealed partial class CheckpointTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly string _root = Directory.CreateTempSubdirectory("distillation-").FullName;
    private readonly TensorData _data = Some.Data();
    private readonly Sequential _student = Some.Mlp();
    private readonly TrainerOptions _options;

    public CheckpointTests() => _options = new() { Epochs = 6, BatchSize = 10, Checkpoints = new(Path.Combine(_root, "run")) };

    private string Run => _options.Checkpoints!.Directory;

    private string[] Saved => [.. Directory.EnumerateDirectories(Run).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public void Newest_are_kept()
    {
        Train();

        Saved.Should().Equal("step-0000000008", "step-0000000010", "step-0000000012");
    }

    [Theory]
    [InlineData(3, false, "step-0000000009 step-0000000012")]
    [InlineData(5, false, "step-0000000005 step-0000000010 step-0000000012")]
    [InlineData(5, true, "step-0000000008 step-0000000010 step-0000000012")]
    public void Updates_are_counted(int every, bool atEpochEnds, string expected)
    {
        int keep = every == 3 ? 2 : 3;

        Train(_options with { Checkpoints = _options.Checkpoints! with { EverySteps = every, AtEpochEnds = atEpochEnds, Keep = keep } });

        Saved.Should().Equal(expected.Split(' '));
    }

    [Fact]
    public void One_that_is_surely_on_the_disk_is_kept_during_the_run()
    {
        // The first is flushed, and the last as the run ends.
        var seen = new List<string>();
        CheckpointOptions one = _options.Checkpoints! with
        {
            EverySteps = 1,
            Keep = 1,
            FlushInterval = TimeSpan.MaxValue,
            Written = path => seen.AddRange(path.EndsWith("manifest.json", StringComparison.Ordinal) ? Saved : []),
        };

        Train(_options with { Epochs = 1, BatchSize = 5, Checkpoints = one });

        seen.Where(name => !name.StartsWith("draft", StringComparison.Ordinal))
            .Should().Equal("step-0000000001", "step-0000000001", "step-0000000002", "step-0000000001", "step-0000000003");
        Saved.Should().Equal("step-0000000004");
    }

    [Fact]
    public void Time_is_watched()
    {
        Train(_options with { Checkpoints = _options.Checkpoints! with { EveryInterval = TimeSpan.FromTicks(1), AtEpochEnds = false, Keep = 100 } });

        Saved.Should().HaveCount(12);
    }

    [Fact]
    public void Weights_can_be_read_by_themselves()
    {
        Train();
        Sequential other = Some.Mlp(seed: 8);

        ModuleWeights.Load(other, Path.Combine(Run, "step-0000000012", "student.safetensors"));

        Some.Weights(other).Should().Equal(Some.Weights(_student));
    }

    [Fact]
    public void Another_option_is_refused_and_named()
    {
        Train();

        FluentActions.Invoking(() => Train(_options with { BatchSize = 5 }))
            .Should().Throw<InvalidOperationException>().WithMessage("The checkpoint '*' is of another run: BatchSize was 10, and is 5.*");
    }

    [Fact]
    public void Another_loss_is_refused_and_named()
    {
        Train();
        using ITeacher teacher = Teacher.From(Some.Mlp(seed: 4));
        var trainer = new DistillationTrainer(teacher, Student.From(_student), new SoftTargetLoss(temperature: 3), _options);

        FluentActions.Invoking(() => trainer.Fit(_data))
            .Should().Throw<InvalidOperationException>().WithMessage("*student: loss was *Value = 4*, and is *Value = 3*");
    }

    [Fact]
    public void Another_student_is_refused_and_named()
    {
        Train();
        using ITeacher teacher = Teacher.From(Some.Mlp(seed: 4));
        var trainer = new DistillationTrainer(teacher, Student.From(Some.Mlp(hidden: 7)), new SoftTargetLoss(), _options);

        FluentActions.Invoking(() => trainer.Fit(_data))
            .Should().Throw<InvalidOperationException>().WithMessage("*student: in.weight was *5, 6] Float32, and is *7, 6] Float32*");
    }

    [Fact]
    public void Another_teacher_is_refused_and_named()
    {
        Train();
        using ITeacher teacher = Teacher.From(Some.Mlp(seed: 5));
        var trainer = new DistillationTrainer(teacher, Student.From(_student), new SoftTargetLoss(), _options);

        FluentActions.Invoking(() => trainer.Fit(_data)).Should().Throw<InvalidOperationException>().WithMessage("*teacher was *, and is *");
    }

    [Fact]
    public void What_does_not_change_the_run_may_differ()
    {
        Train();

        Train(_options with { ReportEverySteps = 1, Prefetch = 1, Checkpoints = _options.Checkpoints! with { Keep = 1 } }).Status
            .Should().Be(TrainingStatus.Completed);
    }

    [Fact]
    public void Second_run_in_the_directory_is_refused()
    {
        using IStudent other = Student.From(Some.Mlp());
        var second = new Meddler(() => new SupervisedTrainer(other, options: _options).Fit(_data));

        FluentActions.Invoking(() => Train(_options, progress: second))
            .Should().Throw<IOException>().WithMessage("Another run writes to the checkpoint directory '*'*");
    }

    [Fact]
    public void Second_run_is_refused_where_the_lock_was_deleted_too()
    {
        using IStudent other = Student.From(Some.Mlp());
        var second = new Meddler(() =>
        {
            if (!OperatingSystem.IsWindows())
            {
                // On Windows a file that is open cannot be deleted.
                File.Delete(Path.Combine(Run, "lock"));
            }

            new SupervisedTrainer(other, options: _options).Fit(_data);
        });

        FluentActions.Invoking(() => Train(_options, progress: second))
            .Should().Throw<IOException>().WithMessage("Another run writes to the checkpoint directory '*'*");
    }

    [Fact]
    public void Optimizer_that_keeps_its_state_to_itself_is_refused()
    {
        TrainerOptions options = _options with { Optimizer = new CustomOptimizer(0.1, _ => new Secretive()) };

        FluentActions.Invoking(() => Train(options)).Should().Throw<NotSupportedException>().WithMessage("Secretive keeps its state to itself*");
    }

    [Fact]
    public void Another_kind_of_processor_is_logged_and_the_run_goes_on()
    {
        Train(_options with { Epochs = 6 });
        string manifest = Path.Combine(Run, "step-0000000012", "manifest.json");
        string text = File.ReadAllText(manifest);
        JsonObject json = JsonNode.Parse(text)!.AsObject();
        json["Conditions"]!["processor"].Should().NotBeNull();
        json["Conditions"]!["processor"] = "Z80";
        File.WriteAllText(manifest, json.ToJsonString());
        var log = new CollectingLog();

        Train(_options, log).Status.Should().Be(TrainingStatus.Completed);

        log.Lines.Should().ContainSingle(line => line.Contains("processor was Z80, and is ", StringComparison.Ordinal));
    }

    [Fact]
    public void Same_conditions_are_not_worth_a_word()
    {
        Train();
        var log = new CollectingLog();

        Train(_options, log);

        log.Ids.Should().Contain(202).And.NotContain(206);
    }

    [Fact]
    public void Checkpoint_without_conditions_is_taken()
    {
        Train();
        string manifest = Path.Combine(Run, "step-0000000012", "manifest.json");
        JsonObject json = JsonNode.Parse(File.ReadAllText(manifest))!.AsObject();
        json.Remove("Conditions").Should().BeTrue();
        File.WriteAllText(manifest, json.ToJsonString());
        var log = new CollectingLog();

        Train(_options, log);

        log.Ids.Should().Contain(202).And.NotContain(206);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void Directory_must_have_a_name(string directory) =>
        FluentActions.Invoking(() => new CheckpointOptions(directory)).Should().Throw<ArgumentException>().WithParameterName("Directory");

    [Fact]
    public void Options_are_in_range()
    {
        FluentActions.Invoking(() => new CheckpointOptions("a") { EverySteps = 0 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new CheckpointOptions("a") { EveryInterval = TimeSpan.Zero }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new CheckpointOptions("a") { Keep = 0 }).Should().Throw<ArgumentOutOfRangeException>();
    }

    // Labels that the student is measured on, so that there is a best epoch.
    private TrainingResult Fit(TrainerOptions options)
    {
        using ITeacher teacher = Teacher.From(Some.Mlp(seed: 4));
        return new DistillationTrainer(teacher, Student.From(_student), new SoftTargetLoss(), options).Fit(_data, _data);
    }

    private TrainingResult Train(TrainerOptions? options = null, CollectingLog? log = null, IProgress<TrainingProgress>? progress = null)
    {
        using ITeacher teacher = Teacher.From(Some.Mlp(seed: 4));
        return new DistillationTrainer(teacher, Student.From(_student), new SoftTargetLoss(), options ?? _options, log).Fit(_data, progress: progress);
    }

    private sealed class Meddler(Action action) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => action();
    }

    private sealed class Secretive() : torch.optim.Optimizer(IntPtr.Zero);

    // The weights are best before they are trained.
    private sealed class Least : Metric
    {
        public override bool HigherIsBetter => true;

        public override Tensor Measure(MetricInput input) => NegativeLogLikelihood.Measure(input);

        public override double Compute(Tensor state) => NegativeLogLikelihood.Compute(state);
    }
}
