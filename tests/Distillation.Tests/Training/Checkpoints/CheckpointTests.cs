using System.Text.Json.Nodes;
using Distillation.Evaluation;
using Distillation.Losses;
using Distillation.Serialization;
using Distillation.Training;
using TorchSharp.Modules;

namespace Distillation.Tests.Checkpoints;

public sealed class CheckpointTests : IDisposable
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
    public void The_newest_are_kept()
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

    [Theory]
    [InlineData("manifest.json")]
    [InlineData("run.json")]
    [InlineData("run.safetensors")]
    [InlineData("student.safetensors")]
    public void A_damaged_file_is_told_and_the_checkpoint_before_is_used(string file)
    {
        Train();
        double[] trained = Some.Weights(_student);
        Flip(Path.Combine(Run, "step-0000000012", file));
        var log = new CollectingLog();

        TrainingResult result = Train(_options, log);

        log.Ids.Should().ContainInOrder(203, 202);
        result.Status.Should().Be(TrainingStatus.Completed);
        Some.Weights(_student).Should().Equal(trained);
    }

    [Fact]
    public void A_file_that_is_missing_or_shorter_is_damage_too()
    {
        Train();
        File.Delete(Path.Combine(Run, "step-0000000012", "manifest.json"));
        string shortened = Path.Combine(Run, "step-0000000010", "run.safetensors");
        File.WriteAllBytes(shortened, File.ReadAllBytes(shortened)[..^1]);
        var log = new CollectingLog();

        Train(_options, log);

        log.Ids.Count(id => id == 203).Should().Be(2);
    }

    [Fact]
    public void Where_no_checkpoint_is_whole_the_run_does_not_begin_anew()
    {
        Train();
        foreach (string name in Saved)
        {
            Flip(Path.Combine(Run, name, "run.safetensors"));
        }

        double[] before = Some.Weights(_student);

        FluentActions.Invoking(() => Train()).Should().Throw<InvalidDataException>().WithMessage("None of the 3 checkpoints in '*' is whole*run.safetensors*");
        Some.Weights(_student).Should().Equal(before);
    }

    [Fact]
    public void Damaged_checkpoints_that_seem_newer_do_not_push_out_whole_ones()
    {
        Train();
        Flip(Path.Combine(Run, "step-0000000012", "run.json"));
        Flip(Path.Combine(Run, "step-0000000010", "run.json"));
        TrainerOptions one = _options with
        {
            Checkpoints =
                _options.Checkpoints! with { EverySteps = 1, Keep = 1, Written = _ => ThrowIf(Directory.Exists(Path.Combine(Run, "step-0000000009"))) },
        };

        FluentActions.Invoking(() => Train(one)).Should().Throw<IOException>();

        Saved.Should().Contain("step-0000000009");
    }

    [Fact]
    public void Drafts_of_a_run_that_was_killed_are_cleared_away()
    {
        Directory.CreateDirectory(Path.Combine(Run, "draft-0"));
        File.WriteAllText(Path.Combine(Run, "draft-0", "run.json"), "{");

        Train();

        Saved.Should().NotContain(name => name.StartsWith("draft", StringComparison.Ordinal));
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
    public void A_second_run_in_the_directory_is_refused()
    {
        using IStudent other = Student.From(Some.Mlp());
        var second = new Meddler(() => new SupervisedTrainer(other, options: _options).Fit(_data));

        FluentActions.Invoking(() => Train(_options, progress: second))
            .Should().Throw<IOException>().WithMessage("Another run writes to the checkpoint directory '*'*");
    }

    [Fact]
    public void A_second_run_is_refused_where_the_lock_was_deleted_too()
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
    public void A_directory_that_cannot_be_made_is_told_before_the_run()
    {
        File.WriteAllText(Path.Combine(_root, "file"), "");
        double[] before = Some.Weights(_student);

        FluentActions.Invoking(() => Train(_options with { Checkpoints = new(Path.Combine(_root, "file", "run")) })).Should().Throw<IOException>();
        Some.Weights(_student).Should().Equal(before);
    }

    [Fact]
    public void An_optimizer_that_keeps_its_state_to_itself_is_refused()
    {
        TrainerOptions options = _options with { Optimizer = new CustomOptimizer(0.1, _ => new Secretive()) };

        FluentActions.Invoking(() => Train(options)).Should().Throw<NotSupportedException>().WithMessage("Secretive keeps its state to itself*");
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_written_is_told_and_the_run_goes_on()
    {
        int files = 0;
        TrainerOptions options = _options with { Checkpoints = _options.Checkpoints! with { Written = _ => ThrowIf(++files == 6) } };
        var log = new CollectingLog();

        Train(options, log).Status.Should().Be(TrainingStatus.Completed);

        log.Ids.Count(id => id == 204).Should().Be(1);
        log.Ids.Count(id => id == 201).Should().Be(5);
    }

    [Fact]
    public void If_the_last_checkpoint_cannot_be_written_the_caller_knows()
    {
        TrainerOptions options = _options with { Checkpoints = _options.Checkpoints! with { Written = _ => throw new IOException("The disk is full.") } };

        FluentActions.Invoking(() => Train(options)).Should().Throw<IOException>().WithMessage("The last checkpoint could not be written: The disk is full.");
        Saved.Should().BeEmpty();
    }

    [Fact]
    public void A_run_whose_last_checkpoint_cannot_be_written_has_the_best_weights_all_the_same()
    {
        TrainerOptions options =
            _options with { BestBy = new Least(), Optimizer = new SgdOptimizer(0.5) };
        Fit(options with { Checkpoints = null });
        double[] best = Some.Weights(_student);
        using Sequential fresh = Some.Mlp();
        _ = _student.load_state_dict(fresh.state_dict());

        FluentActions
            .Invoking(() => Fit(options with { Checkpoints = _options.Checkpoints! with { Written = _ => throw new IOException("The disk is full.") } }))
            .Should().Throw<IOException>();

        Some.Weights(_student).Should().Equal(best);
    }

    [Theory]
    [InlineData("run.safetensors")]
    [InlineData("manifest.json")]
    [InlineData("run")]
    public void A_flush_that_fails_counts_as_not_written(string name)
    {
        CheckpointOptions failing = _options.Checkpoints! with { FlushInterval = TimeSpan.Zero, Flushing = path => ThrowIf(Path.GetFileName(path) == name) };
        var log = new CollectingLog();

        FluentActions.Invoking(() => Train(_options with { Checkpoints = failing }, log))
            .Should().Throw<IOException>().WithMessage("The last checkpoint could not be written: *");

        log.Ids.Should().Contain(204).And.NotContain(201);
    }

    [Fact]
    public void An_old_one_that_cannot_be_deleted_is_told_once_and_the_run_ends_well()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return;
        }

        string held = Path.Combine(Run, "step-0000000002");
        var log = new CollectingLog();
        bool isHeld = false;
        try
        {
            TrainingResult result = Train(_options, log, new Meddler(() =>
            {
                if (!isHeld && Directory.Exists(held))
                {
                    // What is mounted cannot be deleted.
                    Programs.Call("mount", "--bind", held, held).Should().Be(0);
                    isHeld = true;
                }
            }));

            result.Status.Should().Be(TrainingStatus.Completed);
        }
        finally
        {
            Programs.Call("umount", held);
        }

        isHeld.Should().BeTrue();
        log.Ids.Count(id => id == 205).Should().Be(1);
        log.Ids.Should().NotContain(204);
        Saved.Should().Contain("step-0000000012");
    }

    [Fact]
    public void Another_kind_of_processor_is_told_and_the_run_goes_on()
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
    public void The_same_conditions_are_not_worth_a_word()
    {
        Train();
        var log = new CollectingLog();

        Train(_options, log);

        log.Ids.Should().Contain(202).And.NotContain(206);
    }

    [Fact]
    public void A_checkpoint_without_conditions_is_taken()
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
    public void A_directory_must_have_a_name(string directory) =>
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

    private static void ThrowIf(bool full)
    {
        if (full)
        {
            throw new IOException("The disk is full.");
        }
    }

    private static void Flip(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^2] ^= 1;
        File.WriteAllBytes(path, bytes);
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
