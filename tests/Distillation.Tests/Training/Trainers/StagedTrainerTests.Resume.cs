using Distillation.Caching;
using Distillation.Losses;
using Distillation.Training;
using Microsoft.Extensions.Logging;
using TorchSharp.Modules;

namespace Distillation.Tests.Training.Trainers;

public sealed partial class StagedTrainerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Run_that_is_killed_at_random_ends_with_the_same_bits(int seed)
    {
        double[] whole = Train(Options(), progress: null);

        Killed.AtRandom(Train, Options(), seed).Should().Equal(whole);
    }

    [Fact]
    public void Run_that_is_killed_between_stages_ends_with_the_same_bits()
    {
        double[] whole = Train(Options(), progress: null);

        Killed.BetweenStages<StagedTrainer>((options, logger) => Train(options, progress: null, logger), Options(), stages: 3).Should().Equal(whole);
    }

    [Fact]
    public void Stages_that_are_over_are_not_run_again()
    {
        var options = Options() with { Checkpoints = new(_directory) };
        var first = new CollectingProgress();
        double[] whole = Train(options, first);
        Directory.Delete(Path.Combine(_directory, "stage-03-distillation"), recursive: true);
        var second = new CollectingProgress();

        double[] resumed = Train(options, second);

        resumed.Should().Equal(whole);
        first.Reports.Should().HaveCount(9);
        second.Reports.Should().HaveCount(3).And.OnlyContain(report => report.Terms.ContainsKey("SoftTarget"));
    }

    [Fact]
    public void Stage_may_be_added_to_a_run_that_is_over()
    {
        double[] Train(int stages, CheckpointOptions? checkpoints)
        {
            Sequential student = New();
            TrainingStage[] all = [new("a", new HardLabelLoss()), new("b", new HardLabelLoss()) { Trained = ["out.*"] }];
            new StagedTrainer(teacher: null, Student.From(student), all[..stages], Short() with { Checkpoints = checkpoints }).Fit(_data);
            return Some.Weights(student);
        }

        _ = Train(1, new(_directory));

        Train(2, new(_directory)).Should().Equal(Train(2, null));
    }

    [Theory]
    [InlineData(LastBatch.Keep)]
    [InlineData(LastBatch.Drop)]
    public void Cache_that_was_lost_is_filled_again_as_it_was(LastBatch last)
    {
        double[] Train(TrainerOptions options, ILogger<StagedTrainer>? logger)
        {
            Sequential student = New();
            // What it outputs for a sample depends on the others of the batch, as rounding may.
            using ITeacher live = Teacher.From(inputs => _teacher.call(inputs) + inputs.mean());
            using var cached = new CachedTeacher(live, _data.Count);
            TrainingStage[] stages = [new("a", new SoftTargetLoss()), new("b", new SoftTargetLoss(3)) { Options = new() { BatchSize = 3, LastBatch = last } }];
            new StagedTrainer(cached, Student.From(student), stages, options with { LastBatch = last, BatchSize = 5 }, logger).Fit(_data);
            return Some.Weights(student);
        }

        Killed.BetweenStages<StagedTrainer>(Train, Short(), stages: 2).Should().Equal(Train(Short(), null));
    }

    [Fact]
    public void Checkpoints_of_a_stage_are_refused_when_the_one_before_it_ends_with_other_weights()
    {
        TrainerOptions options = Short() with { Checkpoints = new(_directory) };
        void Train(double rate)
        {
            TrainingStage first = new("a", new HardLabelLoss()) { Options = Short() with { Optimizer = new SgdOptimizer(rate) } };
            new StagedTrainer(teacher: null, Student.From(New()), [first, new("b", new HardLabelLoss())], options).Fit(_data);
        }

        Train(0.1);
        Directory.Delete(Path.Combine(_directory, "stage-01-a"), recursive: true);

        FluentActions.Invoking(() => Train(0.2)).Should().Throw<InvalidOperationException>().WithMessage("*weights before the stage was *");
    }

    [Fact]
    public void Checkpoints_of_a_stage_are_refused_when_it_has_other_patterns()
    {
        void Train(string trained) => new StagedTrainer(
            teacher: null, Student.From(New()), [Plain() with { Trained = [trained] }], Short() with { Checkpoints = new(_directory) }).Fit(_data);

        Train("out.*");

        FluentActions.Invoking(() => Train("out.w*")).Should().Throw<InvalidOperationException>().WithMessage("*trained [out.*]*");
    }

    private static TrainerOptions Options() => new() { Epochs = 3, BatchSize = 4, Optimizer = new AdamWOptimizer(0.02) };

    private double[] Train(TrainerOptions options, IProgress<TrainingProgress>? progress) => Train(options, progress, logger: null);

    // Hints with a connector that learns, blocks, and the best of the last stage by an average of the weights.
    private double[] Train(TrainerOptions options, IProgress<TrainingProgress>? progress, ILogger<StagedTrainer>? logger)
    {
        Sequential student = Some.Mlp(hidden: 4, dtype: torch.ScalarType.Float64);
        var best = options with { Checkpoints = null, BestBy = Metric.NegativeLogLikelihood, Update = new() { AverageDecay = 0.5 } };
        TrainingStage[] stages =
        [
            new("hints", new HintLoss("act", "act", new LinearConnector())) { Trained = ["in.*"] },
            new("head", new HardLabelLoss()) { Frozen = ["in.*"] },
            new("distillation", Distilled()) { Options = best },
        ];
        new StagedTrainer(Teacher.From(_teacher), Student.From(student), stages, options, logger).Fit(_data, _data, progress);
        return Some.Weights(student);
    }
}
