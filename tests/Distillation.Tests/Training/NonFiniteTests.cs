using Distillation.Losses;
using Distillation.Training;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Training;

/// <summary>What a run does when a loss, a gradient or the weights are not finite.</summary>
public sealed partial class NonFiniteTests : IDisposable
{
    private const int StepsPerEpoch = 5;

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _data = Some.Data(samples: 20, seed: 7);
    private readonly ITeacher _teacher = Teacher.From(Some.Mlp(hidden: 9, seed: 4));

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Loss_that_is_not_a_number_is_noticed_at_its_update()
    {
        Sequential network = Some.Mlp();
        TrainingDivergedException thrown = Fails(network, new Breaks(at: 7));

        (thrown.Term, thrown.Position.Epoch, thrown.Position.Step).Should().Be(("Breaks", 1, 7L));
        thrown.Message.Should().Match("The loss 'Breaks' is NaN after 1 epochs and 7 updates, in the batch of samples 8, 9, 10, 11. *");
        thrown.Samples.Should().Equal(8, 9, 10, 11);
    }

    [Fact]
    public void Run_that_stops_leaves_the_weights_of_the_last_epoch()
    {
        Sequential network = Some.Mlp();
        Sequential whole = Some.Mlp();

        Fails(network, new Breaks(at: 7));
        Run(whole, Whole(), new() { Steps = StepsPerEpoch });

        Some.Weights(network).Should().Equal(Some.Weights(whole));
    }

    [Fact]
    public void Run_that_stops_in_its_first_epoch_leaves_the_weights_from_before()
    {
        Sequential network = Some.Mlp();
        double[] before = Some.Weights(network);

        Fails(network, new Breaks(at: 3));

        Some.Weights(network).Should().Equal(before);
    }

    [Fact]
    public void Run_that_keeps_no_copy_leaves_the_weights_of_the_last_update_when_it_stops()
    {
        Sequential network = Some.Mlp();
        Sequential whole = Some.Mlp();

        Fails(network, new Breaks(at: 7), new NonFinitePolicy.Stop(restoresWeights: false));
        Run(whole, Whole(), new() { Steps = 7 });

        Some.Weights(network).Should().Equal(Some.Weights(whole));
    }

    [Fact]
    public void Infinite_weights_are_noticed_at_the_end_of_the_epoch_before_validation()
    {
        Sequential network = Some.Mlp();
        double[] before = Some.Weights(network);
        Action fit = () =>
            new DistillationTrainer(_teacher, Student.From(network), new SoftTargetLoss() + new SteepAt(4), Options(new())).Fit(_data, Some.Data());

        TrainingDivergedException thrown = fit.Should().Throw<TrainingDivergedException>()
            .WithMessage("The loss is finite, but not the weights of the student after 0 epochs and 5 updates. *").Which;
        thrown.Term.Should().Be("weights");
        thrown.Samples.Should().BeNull();
        Some.Weights(network).Should().Equal(before);
    }

    [Fact]
    public void Skipped_update_counts_and_changes_nothing()
    {
        Sequential skipping = Some.Mlp();
        Sequential stopped = Some.Mlp();
        var progress = new CollectingProgress();

        TrainingResult result = Run(skipping, new SoftTargetLoss() + new Breaks(at: 4), new() { Epochs = 1, NonFinite = new NonFinitePolicy.Skip() }, progress);
        Run(stopped, Whole(), new() { Steps = 4 });

        Some.Weights(skipping).Should().Equal(Some.Weights(stopped));
        (result.Position.Step, progress.Reports[^1].Skipped).Should().Be((5, 1));
        progress.Reports[^1].Loss.Should().Be(progress.Reports[^1].Terms["SoftTarget"], "the other term is zero, and the skipped update is not in the means");
    }

    [Fact]
    public void Infinite_gradient_is_skipped_where_the_loss_is_finite()
    {
        Sequential skipping = Some.Mlp();
        Sequential stopped = Some.Mlp();

        Run(skipping, new SoftTargetLoss() + new SteepAt(4), new() { Epochs = 1, NonFinite = new NonFinitePolicy.Skip() });
        Run(stopped, Whole(), new() { Steps = 4 });

        Some.Weights(skipping).Should().Equal(Some.Weights(stopped));
    }

    [Fact]
    public void Statistics_of_normalization_forget_a_skipped_batch()
    {
        Sequential network = Normalized();
        Run(network, new SoftTargetLoss(), new() { Epochs = 2, NonFinite = new NonFinitePolicy.Skip() }, data: new BrokenSamples(_data, from: 8, to: 12));

        network.buffers().Should().AllSatisfy(buffer => buffer.isfinite().all().item<bool>().Should().BeTrue());
        network.buffers().Last().item<long>().Should().Be(8, "two of ten batches were skipped");
    }

    [Fact]
    public void More_skipped_updates_in_a_row_than_allowed_end_the_run()
    {
        TrainingDivergedException thrown = Fails(Some.Mlp(), new Breaks(at: 2, times: 100), new NonFinitePolicy.Skip(limit: 3));

        thrown.Position.Step.Should().Be(5);
        thrown.Term.Should().Be("Breaks");
    }

    [Fact]
    public void Report_without_any_update_has_no_loss()
    {
        TrainingResult result = Run(
            Some.Mlp(), new SoftTargetLoss() + new Breaks(at: 0, times: 5), new() { Epochs = 2, NonFinite = new NonFinitePolicy.Skip(limit: 5) });

        result.History[0].Loss.Should().Be(double.NaN);
        result.History[1].Loss.Should().BePositive();
    }

    [Fact]
    public void Skipped_updates_that_are_not_in_a_row_do_not_end_the_run()
    {
        TrainingResult result = Run(
            Some.Mlp(), new SoftTargetLoss() + new Breaks(at: 0, every: 2, times: 100), new() { Epochs = 4, NonFinite = new NonFinitePolicy.Skip(limit: 1) });

        (result.Status, result.History[^1].Skipped).Should().Be((TrainingStatus.Completed, 10));
    }

    [Fact]
    public void Gradient_that_ends_the_run_is_named()
    {
        TrainingDivergedException thrown = Fails(Some.Mlp(), new SteepAt(2, times: 9), new NonFinitePolicy.Skip(limit: 1));

        thrown.Term.Should().Be("gradient");
        thrown.Message.Should().StartWith("The loss is finite, but not the gradient of the student after ");
    }

    [Fact]
    public void Run_that_goes_back_continues_from_the_last_good_weights_at_a_lower_rate()
    {
        Sequential network = Some.Mlp();
        Sequential whole = Some.Mlp();
        var progress = new CollectingProgress();

        Run(network, new SoftTargetLoss() + new Breaks(at: 9), new() { Steps = 10, NonFinite = new NonFinitePolicy.RollBack(factor: 0.25) }, progress);
        Run(whole, Whole(), new() { Steps = 5 });

        Some.Weights(network).Should().Equal(Some.Weights(whole), "the last of the ten updates went back to the end of the first epoch");
        progress.Reports[^1].Skipped.Should().Be(1);
    }

    [Fact]
    public void Going_back_lowers_the_rate_each_time()
    {
        var progress = new CollectingProgress();

        Run(
            Some.Mlp(),
            new SoftTargetLoss() + new Breaks(at: 2, every: 5, times: 100),
            new() { Epochs = 3, ReportEverySteps = 1, Optimizer = new SgdOptimizer(0.8), NonFinite = new NonFinitePolicy.RollBack(factor: 0.5) },
            progress);

        progress.Reports.Select(report => report.LearningRate).Should().Equal(0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.4, 0.4, 0.2, 0.2, 0.2, 0.2, 0.2, 0.1, 0.1);
    }

    [Fact]
    public void Going_back_more_often_than_allowed_ends_the_run()
    {
        TrainingDivergedException thrown = Fails(Some.Mlp(), new Breaks(at: 1, times: 100), new NonFinitePolicy.RollBack(limit: 2));

        thrown.Position.Step.Should().Be(3);
    }

    [Fact]
    public void Moving_averages_go_back_too()
    {
        Sequential network = Some.Mlp();
        Sequential whole = Some.Mlp();
        var update = new UpdateOptions { AverageDecay = 0.5 };

        Run(network, new SoftTargetLoss() + new Breaks(at: 9), new() { Steps = 10, Update = update, NonFinite = new NonFinitePolicy.RollBack() });
        Run(whole, Whole(), new() { Steps = 5, Update = update });

        Some.Weights(network).Should().Equal(Some.Weights(whole));
    }

    [Fact]
    public void One_of_two_that_learn_together_holds_back_both()
    {
        (double[] Original, double[] Distilled) Train(IDistillationLoss originalLoss, TrainerOptions options)
        {
            Sequential original = Some.Mlp(hidden: 9, seed: 4);
            Sequential distilled = Some.Mlp();
            new JointTrainer(Student.From(original), Student.From(distilled), new SoftTargetLoss(), originalLoss, Options(options)).Fit(_data);
            return (Some.Weights(original), Some.Weights(distilled));
        }

        var skipping = Train(new HardLabelLoss() + new Breaks(at: 4), new() { Epochs = 1, NonFinite = new NonFinitePolicy.Skip() });
        var stopped = Train(new HardLabelLoss() + new Breaks(at: 1000), new() { Steps = 4 });

        skipping.Original.Should().Equal(stopped.Original);
        skipping.Distilled.Should().Equal(stopped.Distilled);
    }

    [Fact]
    public void No_tensor_is_left_by_any_policy()
    {
        Sequential network = Normalized();
        foreach (NonFinitePolicy policy in (NonFinitePolicy[])[new NonFinitePolicy.Stop(), new NonFinitePolicy.Skip(1), new NonFinitePolicy.RollBack(limit: 1)])
        {
            var options = new TrainerOptions
            {
                Epochs = 3,
                NonFinite = policy,
                Optimizer = new AdamWOptimizer(0.01),
                Update = new() { AverageDecay = 0.5, ClipNorm = 1 },
            };
            Leak.None(() =>
            {
                Action fit = () => Run(network, new SoftTargetLoss() + new Breaks(at: 6, times: 100), options);
                fit.Should().Throw<TrainingDivergedException>();
            });
        }
    }

    private static Sequential Normalized()
    {
        torch.manual_seed(1);
        return Sequential(("in", Linear(6, 5)), ("norm", BatchNorm1d(5)), ("out", Linear(5, 3)));
    }

    // A sum that is computed as the others are, with a term that stays zero.
    private static LossSum Whole() => new SoftTargetLoss() + new Breaks(at: 1000);

    private static TrainerOptions Options(TrainerOptions options) => options with { BatchSize = 4, Order = SampleOrder.Sequential };

    private TrainingDivergedException Fails(Sequential network, IDistillationLoss loss, NonFinitePolicy? policy = null)
    {
        Action fit = () => Run(network, new SoftTargetLoss() + loss, new() { Epochs = 3, NonFinite = policy ?? new NonFinitePolicy.Stop() });
        return fit.Should().Throw<TrainingDivergedException>().Which;
    }

    private TrainingResult Run(
        Sequential network, IDistillationLoss loss, TrainerOptions options, IProgress<TrainingProgress>? progress = null, IDataSource? data = null)
    {
        using IStudent student = Student.From(network);
        return new DistillationTrainer(_teacher, student, loss, Options(options)).Fit(data ?? _data, progress: progress);
    }
}
