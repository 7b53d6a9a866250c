using Distillation.Caching;
using Distillation.Losses;
using Distillation.Models;
using Distillation.Tests.Losses;
using Distillation.Training;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Training;

/// <summary>A run that goes on from a checkpoint is the run that never stopped, to the last bit.</summary>
public sealed partial class ResumeTests : IDisposable
{
    private const long Samples = 22;

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly string _directory = Directory.CreateTempSubdirectory("distillation-").FullName;
    private readonly TensorData _data = Some.Data(Samples);
    private readonly TensorData _validation = Some.Data(samples: 15, seed: 9);
    private readonly Sequential _teacher = Some.Mlp(hidden: 16, seed: 4);

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Run_may_be_killed_after_any_update(string name)
    {
        TrainerOptions options = Options[name] with { BatchSize = 4 };
        if (options.Steps is null && options.EarlyStopping is null)
        {
            options = options with { Epochs = 3 };
        }

        Outcome whole = Run(options, Wide());
        var checkpoints = new CheckpointOptions(_directory) { EverySteps = 1, Keep = 1000 };
        _ = Run(options with { Checkpoints = checkpoints }, Wide());
        string[] all = [.. Directory.EnumerateDirectories(_directory, "step-*").Order(StringComparer.Ordinal)];
        all.Should().HaveCountGreaterThan(10);

        foreach (string? newest in all.Where((_, i) => i % 4 == 1).Prepend(null).Append(all[^1]))
        {
            var left = new CheckpointOptions(Copy(newest is null ? [] : [newest])) { AtEpochEnds = false };
            Outcome resumed = Run(options with { Checkpoints = left }, Wide());

            resumed.Should().BeEquivalentTo(whole, $"the run was killed after {newest}");
        }
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void Whatever_a_loss_has_learned_comes_back(string name)
    {
        TrainerOptions options = new() { Epochs = 5, Order = SampleOrder.Sequential, Optimizer = new AdamWOptimizer(0.01) };
        double[] Train(CheckpointOptions? checkpoints)
        {
            using var models = new ZooModels(LossZoo.Make(name));
            var data = new TensorData(models.Batch.Inputs, models.Batch.Labels);
            new DistillationTrainer(models.Teacher, models.Student, models.Loss, options with { Checkpoints = checkpoints }).Fit(data);
            return [.. Some.Weights(models.Student.Module), .. models.Loss.Module is { } module ? Some.Weights(module) : []];
        }

        double[] whole = Train(null);
        _ = Train(new(_directory) { EverySteps = 3, AtEpochEnds = false });
        string middle = Directory.EnumerateDirectories(_directory, "step-*").Order(StringComparer.Ordinal).First();

        Train(new(Copy([middle])) { AtEpochEnds = false }).Should().Equal(whole);
    }

    [Fact]
    public void Two_that_learn_together_come_back_together()
    {
        TrainerOptions options = new() { Epochs = 3, BatchSize = 4, Optimizer = new AdamWOptimizer(0.05), Update = new() { AverageDecay = 0.5 } };
        (double[] Original, double[] Distilled) Train(CheckpointOptions? checkpoints)
        {
            Sequential original = Some.Mlp(hidden: 16, seed: 4);
            Sequential distilled = Some.Mlp();
            new JointTrainer(Student.From(original), Student.From(distilled), new SoftTargetLoss(), options: options with { Checkpoints = checkpoints })
                .Fit(_data);
            return (Some.Weights(original), Some.Weights(distilled));
        }

        var whole = Train(null);
        _ = Train(new(_directory) { EverySteps = 1, Keep = 1000 });
        string middle = Directory.EnumerateDirectories(_directory, "step-*").Order(StringComparer.Ordinal).ElementAt(8);
        var resumed = Train(new(Copy([middle])));

        resumed.Original.Should().Equal(whole.Original);
        resumed.Distilled.Should().Equal(whole.Distilled);
    }

    [Theory]
    [InlineData(null, LastBatch.Keep)]
    [InlineData(3, LastBatch.Keep)]
    [InlineData(null, LastBatch.Drop)]
    public void Cache_that_was_lost_is_filled_again_as_it_was(int? pieces, LastBatch last)
    {
        double[] Train(CheckpointOptions? checkpoints)
        {
            Sequential student = Wide();
            // What it says of a sample depends on the others of the batch, as rounding may.
            using ITeacher live = Teacher.From(inputs => _teacher.call(inputs) + inputs.mean());
            using var cached = new CachedTeacher(live, Samples);
            using ITeacher ensemble = new EnsembleTeacher(cached);
            var options = new TrainerOptions { Epochs = 3, BatchSize = 8, MicroBatchSize = pieces, LastBatch = last, Checkpoints = checkpoints };
            new DistillationTrainer(ensemble, Student.From(student), new SoftTargetLoss(), options).Fit(_data);
            return Some.Weights(student);
        }

        double[] whole = Train(null);
        _ = Train(new(_directory) { EverySteps = 1, Keep = 1000 });
        string[] checkpoints = [.. Directory.EnumerateDirectories(_directory, "step-*").Order(StringComparer.Ordinal)];

        foreach (string killed in checkpoints)
        {
            Train(new(Copy([killed]))).Should().Equal(whole, "it was killed after {0}", Path.GetFileName(killed));
        }
    }

    [Fact]
    public void Run_that_is_over_runs_no_teacher_again()
    {
        int asked = 0;
        void Train()
        {
            using ITeacher live = Teacher.From(inputs =>
            {
                asked++;
                return _teacher.call(inputs);
            });
            using var cached = new CachedTeacher(live, Samples);
            new DistillationTrainer(cached, Student.From(Wide()), new SoftTargetLoss(), new() { Epochs = 2, BatchSize = 8, Checkpoints = new(_directory) })
                .Fit(_data);
        }

        Train();
        asked.Should().Be(3);
        Train();

        asked.Should().Be(4, "the first batch tells whether all fits");
    }

    [Fact]
    public void Canceled_run_goes_on_where_it_was()
    {
        TrainerOptions options = new() { Epochs = 3, BatchSize = 4, ReportEverySteps = 1, Optimizer = new AdamWOptimizer(0.05) };
        using var never = new CancellationTokenSource();
        Outcome whole = Run(options, Wide(), new CancelAt(-1, never));
        TrainerOptions saved = options with { Checkpoints = new(_directory) { AtEpochEnds = false } };
        foreach (long step in (long[])[1, 5, 6, 13])
        {
            using var cancellation = new CancellationTokenSource();
            Outcome canceled = Run(saved, Wide(), new CancelAt(step, cancellation), cancellation.Token);

            canceled.Status.Should().Be(TrainingStatus.Canceled);
            canceled.Position.Step.Should().Be(step);
        }

        Run(saved, Wide(), new CancelAt(-1, never)).Should().BeEquivalentTo(whole);
    }

    [Fact]
    public void Run_that_is_over_gives_its_result_again()
    {
        TrainerOptions options = new() { Epochs = 2, BatchSize = 4, BestBy = Metric.Accuracy, Checkpoints = new(_directory) };
        Outcome first = Run(options, Wide());

        Run(options, Wide()).Should().BeEquivalentTo(first);
    }

    [Fact]
    public void No_tensor_is_left()
    {
        Sequential student = Wide();
        Leak.None(() => CancelAndResume(student));
    }

    private void CancelAndResume(Sequential student)
    {
        using var scope = torch.NewDisposeScope();
        string directory = Path.Combine(_directory, Guid.NewGuid().ToString());
        TrainerOptions options = new()
        {
            Epochs = 2,
            BatchSize = 4,
            BestBy = Metric.Accuracy,
            Optimizer = new AdamWOptimizer(0.1),
            Update = new() { AverageDecay = 0.5, ClipNorm = 1 },
            Checkpoints = new(directory) { EverySteps = 3 },
        };
        using var cancellation = new CancellationTokenSource();
        _ = Run(options with { ReportEverySteps = 1 }, student, new CancelAt(4, cancellation), cancellation.Token);
        _ = Run(options, student);
    }

    private static Sequential Wide()
    {
        torch.manual_seed(1);
        return Sequential(("in", Linear(6, 16)), ("norm", BatchNorm1d(16)), ("act", ReLU()), ("drop", Dropout(0.3)), ("out", Linear(16, 3)));
    }

    private string Copy(IEnumerable<string> checkpoints)
    {
        string directory = Path.Combine(_directory, Guid.NewGuid().ToString());
        foreach (string checkpoint in checkpoints)
        {
            string to = Path.Combine(directory, Path.GetFileName(checkpoint));
            Directory.CreateDirectory(to);
            foreach (string file in Directory.EnumerateFiles(checkpoint))
            {
                File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
            }
        }

        return directory;
    }

    private Outcome Run(TrainerOptions options, Sequential student, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using ITeacher teacher = Teacher.From(_teacher);
        using IStudent learner = Student.From(student);
        var loss = (0.9 * new SoftTargetLoss(temperature: 4)) + (0.1 * new HardLabelLoss());
        var trainer = new DistillationTrainer(teacher, learner, options.NonFinite is NonFinitePolicy.Stop ? loss : loss + new Breaks(), options);
        TrainingResult result = Canceled.ResultOf(() => trainer.Fit(_data, _validation, progress, cancellationToken));
        return new(
            result.Status,
            result.Position,
            Some.Weights(student),
            [.. student.buffers().Select(buffer => buffer.to(torch.ScalarType.Float64).sum().item<double>())],
            [
                .. result.History.Select(report =>
                    (report.Position.Step, report.Loss, report.LearningRate, report.GradientNorm, report.Skipped, report.Validation)),
            ],
            result.Best?.Position);
    }

    private sealed record Outcome(
        TrainingStatus Status,
        TrainingPosition Position,
        double[] Weights,
        double[] Buffers,
        (long Step, double Loss, double LearningRate, double? GradientNorm, long Skipped, EvaluationReport? Validation)[] History,
        TrainingPosition? Best);

    /// <summary>Zero, and not a number at three of eighteen steps.</summary>
    private sealed class Breaks : IDistillationLoss
    {
        public Tensor Compute(DistillationContext context) => context.Student.Logits.mean() * (context.Position.Step is 3 or 8 or 9 ? double.NaN : 0);
    }

    private sealed class CancelAt(long step, CancellationTokenSource cancellation) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Position.Step == step)
            {
                cancellation.Cancel();
            }
        }
    }
}
