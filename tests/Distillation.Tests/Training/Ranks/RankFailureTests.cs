using Distillation.Losses;
using Distillation.Training;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Training.Ranks;

/// <summary>No rank waits for one that stops, fails or differs.</summary>
public sealed class RankFailureTests
{
    private static readonly TrainerOptions Options = new() { Epochs = 2, BatchSize = 8, Seed = 3 };

    [Fact]
    public void Cancellation_on_one_rank_ends_all_at_the_same_step()
    {
        using var source = new CancellationTokenSource();
        var run = new RankRun
        {
            Options = Options with { ReportEverySteps = 1 },
            Progress = rank => new Callback(report => Cancel(report, source)),
            Token = rank => rank == 0 ? source.Token : CancellationToken.None,
        };

        Exception?[] thrown = run.Failures(3);

        thrown.Should().AllBeOfType<TrainingCanceledException>();
        thrown.Select(exception => ((TrainingCanceledException)exception!).Result.Position.Step).Distinct()
            .Should().ContainSingle().Which.Should().BeInRange(2, 3);
    }

    [Fact]
    public void Failure_in_a_step_ends_all_ranks_and_names_the_one()
    {
        var run = new RankRun { Options = Options, Student = rank => new Failing(rank == 1 ? 2 : int.MaxValue) };

        Exception?[] thrown = run.Failures(3);

        thrown[1].Should().BeOfType<InvalidTimeZoneException>();
        thrown[0].Should().BeOfType<RankFailedException>().Which.Ranks.Should().Equal(1);
        thrown[2].Should().BeOfType<RankFailedException>().Which.Message.Should().Contain("rank 1 failed");
    }

    [Fact]
    public void Failure_outside_a_step_ends_all_ranks()
    {
        var run = new RankRun { Options = Options, Progress = _ => new Callback(_ => throw new InvalidTimeZoneException()) };

        Exception?[] thrown = run.Failures(2);

        thrown[0].Should().BeOfType<InvalidTimeZoneException>();
        thrown[1].Should().BeOfType<IOException>();
    }

    [Fact]
    public void Run_is_refused_when_the_starting_weights_differ()
    {
        Exception?[] thrown = new RankRun { Options = Options, Student = rank => Some.Mlp(seed: rank) }.Failures(2);

        thrown.Should().AllSatisfy(exception => exception.Should().BeOfType<InvalidOperationException>()
            .Which.Message.Should().Contain("starting weights").And.Contain("rank 1 differ").And.Contain("manual_seed"));
    }

    [Fact]
    public void Run_is_refused_when_the_options_differ()
    {
        int made = 0;
        var run = new RankRun { Options = Options, Loss = () => new SoftTargetLoss(Interlocked.Increment(ref made)) };

        run.Failures(2).Should().AllSatisfy(exception => exception.Should().BeOfType<InvalidOperationException>()
            .Which.Message.Should().Contain("settings of the run"));
    }

    [Fact]
    public void Run_is_refused_when_a_loss_compares_samples()
    {
        var run = new RankRun { Options = Options, Loss = () => new HardLabelLoss() + new DirectionLoss() };

        run.Failures(2).Should().AllSatisfy(exception => exception.Should().BeOfType<ArgumentException>().Which.Message.Should().Contain("'Direction'"));
    }

    [Fact]
    public void Run_is_refused_when_normalization_gets_one_value()
    {
        var run = new RankRun
        {
            Options = Options with { BatchSize = 3, LastBatch = LastBatch.Drop },
            Student = _ => Sequential(BatchNorm1d(6), Linear(6, 3)),
        };

        run.Failures(2).Should().AllSatisfy(exception => exception.Should().BeOfType<InvalidOperationException>()
            .Which.Message.Should().Contain("on 2 ranks leaves a part of one"));
    }

    [Fact]
    public void Ranks_are_refused_when_their_number_is_none()
    {
        TrainerOptions options = Options with { Ranks = new InertRanks(rank: 2, count: 2) };
        Action fit = () => new SupervisedTrainer(Student.From(Some.Mlp()), options: options).Fit(Some.Data());

        fit.Should().Throw<ArgumentException>().WithMessage("*rank 2 of 2*");
    }

    [Fact]
    public void Updates_are_skipped_on_all_ranks_when_the_loss_of_one_is_not_finite()
    {
        var run = new RankRun
        {
            Options = Options with { Epochs = 1, NonFinite = new NonFinitePolicy.Skip() },
            Student = rank => new Failing(int.MaxValue) { InfiniteAt = rank == 1 ? 2 : int.MaxValue },
        };

        RankRun.Outcome[] outcomes = run.On(2);

        outcomes.Should().AllSatisfy(outcome => outcome.Result.History[0].Skipped.Should().Be(1));
        outcomes[1].Weights.Should().Equal(outcomes[0].Weights).And.OnlyContain(weight => double.IsFinite(weight));
    }

    private static void Cancel(TrainingProgress report, CancellationTokenSource source)
    {
        if (report.Position.Step == 2)
        {
            source.Cancel();
        }
    }

    private sealed class Callback(Action<TrainingProgress> act) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => act(value);
    }

    // Fails, or becomes infinite, in a forward pass of training.
    private sealed class Failing : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> _inner = Some.Mlp();
        private readonly int _at;
        private int _passes;

        public Failing(int at)
            : base(nameof(Failing))
        {
            _at = at;
            RegisterComponents();
        }

        public int InfiniteAt { get; init; }

        public override Tensor forward(Tensor input)
        {
            _passes += training ? 1 : 0;
            if (training && _passes == _at)
            {
                throw new InvalidTimeZoneException();
            }

            Tensor output = _inner.forward(input);
            return training && _passes == InfiniteAt ? output * double.PositiveInfinity : output;
        }
    }
}
