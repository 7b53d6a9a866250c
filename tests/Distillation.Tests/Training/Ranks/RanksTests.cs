using Distillation.Losses;
using Distillation.Training;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Training.Ranks;

/// <summary>A run on several ranks makes the updates of one process, and all ranks decide alike.</summary>
public sealed class RanksTests
{
    private const double Tolerance = 1e-6;

    private static readonly TrainerOptions Options = new() { Epochs = 2, BatchSize = 8, Seed = 3, Optimizer = new SgdOptimizer(0.1) { Momentum = 0.9 } };

    public static TheoryData<string, int> Runs
    {
        get
        {
            var runs = new TheoryData<string, int>();
            foreach (string name in Cases.Keys)
            {
                runs.Add(name, 2);
                runs.Add(name, 3);
                runs.Add(name, 4);
            }

            return runs;
        }
    }

    private static Dictionary<string, RankRun> Cases { get; } = new()
    {
        ["hard and soft targets"] = new() { Options = Options },
        ["class weights and an ignored label"] = new()
        {
            Options = Options,
            Loss = () => (0.5 * new SoftTargetLoss(2)) + (0.5 * new HardLabelLoss { ClassWeights = [5, 1, 0.1], IgnoredLabel = 2 }),
        },
        ["AdamW, a norm limit and an average"] = new()
        {
            Options = Options with { Optimizer = new AdamWOptimizer(0.01), Update = new() { ClipNorm = 0.1, AverageDecay = 0.9 } },
        },
        ["micro-batches"] = new() { Options = Options with { MicroBatchSize = 3 } },
        ["reading ahead"] = new() { Options = Options with { Prefetch = 2 } },
        ["float64"] = new()
        {
            Options = Options,
            Data = () => Some.Data(samples: 21, dtype: torch.ScalarType.Float64),
            Student = _ => Some.Mlp(hidden: 5, seed: 1, dtype: torch.ScalarType.Float64),
            Teacher = () => Some.Mlp(hidden: 9, seed: 7, dtype: torch.ScalarType.Float64),
        },
    };

    [Theory]
    [MemberData(nameof(Runs))]
    public void Weights_and_losses_are_those_of_one_process(string name, int count)
    {
        RankRun run = Cases[name];
        RankRun.Outcome alone = run.Alone();

        RankRun.Outcome[] outcomes = run.On(count);

        Distance(outcomes[0].Weights, alone.Weights).Should().BeLessThan(Tolerance);
        outcomes[0].Result.History[^1].Loss.Should().BeApproximately(alone.Result.History[^1].Loss, Tolerance);
        outcomes[0].Result.History[^1].Terms.Keys.Should().BeEquivalentTo(alone.Result.History[^1].Terms.Keys);
        foreach (RankRun.Outcome other in outcomes[1..])
        {
            other.Weights.Should().Equal(outcomes[0].Weights);
            other.Result.History[^1].Loss.Should().Be(outcomes[0].Result.History[^1].Loss);
        }
    }

    [Fact]
    public void Run_makes_one_large_sum_for_each_update()
    {
        RankRun.Outcome[] outcomes = new RankRun { Options = Options, Student = _ => Some.Mlp(hidden: 20) }.On(2);

        outcomes.Should().AllSatisfy(outcome => outcome.Exchanges.Should().Be((int)outcome.Result.Position.Step));
    }

    [Fact]
    public void Ranks_write_the_checkpoints_of_one_process()
    {
        Written(run => run.On(3)).Should().Equal(Written(run => [run.Alone()])).And.HaveCount(2);

        static string?[] Written(Func<RankRun, RankRun.Outcome[]> train)
        {
            DirectoryInfo directory = Directory.CreateTempSubdirectory("distillation-ranks-");
            try
            {
                CheckpointOptions checkpoints = new(directory.FullName) { EverySteps = 4, AtEpochEnds = false, Keep = 99 };
                train(new() { Options = Options with { Checkpoints = checkpoints } });
                return [.. directory.GetDirectories("step-*").Select(step => step.Name).Order(StringComparer.Ordinal)];
            }
            finally
            {
                directory.Delete(recursive: true);
            }
        }
    }

    [Fact]
    public void Run_has_the_same_bits_when_a_single_rank_is_given()
    {
        var run = new RankRun { Options = Options };

        run.On(1)[0].Weights.Should().Equal(run.Alone().Weights);
    }

    [Fact]
    public void Run_trains_when_the_last_batch_has_fewer_samples_than_there_are_ranks()
    {
        var run = new RankRun { Options = Options, Data = () => Some.Data(samples: 18) };

        Distance(run.On(4)[3].Weights, run.Alone().Weights).Should().BeLessThan(Tolerance);
    }

    [Fact]
    public void Validation_is_that_of_one_process_to_the_last_bit()
    {
        var run = new RankRun
        {
            Options = Options with { BestBy = Metric.Accuracy, Epochs = 1, Optimizer = new SgdOptimizer(1e-30) },
            Validation = () => Some.Data(samples: 29, seed: 5),
        };

        RankRun.Outcome[] outcomes = run.On(3);

        EvaluationReport alone = run.Alone().Result.Best!.Validation!;
        outcomes.Should().AllSatisfy(outcome => outcome.Result.Best!.Validation!.Metrics.Should().Equal(alone.Metrics));
    }

    [Fact]
    public void Early_stopping_ends_all_ranks_at_the_same_epoch()
    {
        var run = new RankRun
        {
            Options = Options with { Epochs = 50, EarlyStopping = new(Metric.Accuracy) { Patience = 2 }, Optimizer = new SgdOptimizer(1e-30) },
            Validation = () => Some.Data(samples: 29, seed: 5),
        };

        run.On(3).Should().AllSatisfy(outcome =>
        {
            outcome.Result.Status.Should().Be(TrainingStatus.StoppedEarly);
            outcome.Result.Position.Epoch.Should().Be(3);
        });
    }

    [Fact]
    public void Statistics_of_normalization_are_averaged()
    {
        var run = new RankRun
        {
            Options = Options with { Epochs = 1, Steps = 1, Optimizer = new SgdOptimizer(1e-30), Order = SampleOrder.Sequential },
            Student = _ =>
            {
                torch.manual_seed(1);
                return Sequential(BatchNorm1d(6), Linear(6, 3));
            },
        };
        using var scope = torch.NewDisposeScope();
        Tensor inputs = Some.Data(samples: 21).Inputs;
        Tensor mean = 0.1 * (inputs[..4].mean([0]) + inputs[4..8].mean([0])) / 2;

        RankRun.Outcome[] outcomes = run.On(2);

        outcomes[0].Buffers[..6].Zip(mean.data<float>().ToArray()).Should().AllSatisfy(pair => pair.First.Should().BeApproximately(pair.Second, 1e-6));
        outcomes[1].Buffers.Should().Equal(outcomes[0].Buffers);
    }

    [Fact]
    public void Progress_is_reported_on_rank_0_alone()
    {
        var reports = new CollectingProgress[] { new(), new() };

        new RankRun { Options = Options, Progress = rank => reports[rank] }.On(2);

        reports[0].Reports.Should().HaveCount(2);
        reports[1].Reports.Should().BeEmpty();
    }

    [Fact]
    public void Random_numbers_are_a_function_of_seed_step_and_rank()
    {
        float[] Drawn(int seed, long step, int rank)
        {
            RankGroup.Of(new Alone(rank))!.Reseed(seed, step);
            using Tensor drawn = torch.rand(4);
            return drawn.data<float>().ToArray();
        }

        Drawn(3, 5, 1).Should().Equal(Drawn(3, 5, 1));
        new[] { Drawn(3, 5, 1), Drawn(3, 5, 0), Drawn(3, 6, 1), Drawn(4, 5, 1) }.Select(numbers => numbers[0]).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Run_leaves_as_many_tensors_as_it_found()
    {
        torch.nn.Module<Tensor, Tensor>[] students = [Some.Mlp(), Some.Mlp()];
        torch.nn.Module<Tensor, Tensor> teacher = Some.Mlp(hidden: 9);
        var run = new RankRun
        {
            Options = Options with { Epochs = 1, Prefetch = 1 },
            Student = rank => students[rank],
            Teacher = () => teacher,
            Validation = () => Some.Data(samples: 9, seed: 5),
        };

        Leak.None(() => run.On(2));
    }

    private static double Distance(double[] weights, double[] expected) =>
        Math.Sqrt(weights.Zip(expected).Sum(pair => Math.Pow(pair.First - pair.Second, 2)) / expected.Sum(weight => weight * weight));

    private sealed class Alone(int rank) : IRanks
    {
        public int Rank => rank;

        public int Count => 2;

        public void Sum(Tensor flat) => throw new NotSupportedException();

        public void Broadcast(Tensor flat) => throw new NotSupportedException();

        public void Fail(Exception reason) => throw new NotSupportedException();
    }
}
