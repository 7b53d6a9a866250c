using TorchSharp.Modules;

namespace Distillation.Tests.Checkpoints;

public sealed partial class CheckpointTests
{
    [Theory]
    [InlineData("manifest.json")]
    [InlineData("run.json")]
    [InlineData("run.safetensors")]
    [InlineData("student.safetensors")]
    public void Damaged_file_is_logged_and_the_checkpoint_before_is_used(string file)
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
    public void File_that_is_missing_or_shorter_is_damage_too()
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
    public void Directory_that_cannot_be_made_is_named_before_the_run()
    {
        File.WriteAllText(Path.Combine(_root, "file"), "");
        double[] before = Some.Weights(_student);

        FluentActions.Invoking(() => Train(_options with { Checkpoints = new(Path.Combine(_root, "file", "run")) })).Should().Throw<IOException>();
        Some.Weights(_student).Should().Equal(before);
    }

    [Fact]
    public void Checkpoint_that_cannot_be_written_is_logged_and_the_run_goes_on()
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
    public void Run_whose_last_checkpoint_cannot_be_written_has_the_best_weights_all_the_same()
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
    public void Flush_that_fails_counts_as_not_written(string name)
    {
        CheckpointOptions failing = _options.Checkpoints! with { FlushInterval = TimeSpan.Zero, Flushing = path => ThrowIf(Path.GetFileName(path) == name) };
        var log = new CollectingLog();

        FluentActions.Invoking(() => Train(_options with { Checkpoints = failing }, log))
            .Should().Throw<IOException>().WithMessage("The last checkpoint could not be written: *");

        log.Ids.Should().Contain(204).And.NotContain(201);
    }

    [Fact]
    public void Old_one_that_cannot_be_deleted_is_logged_once_and_the_run_ends_well()
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
}
