using Distillation.Losses;
using TorchSharp.Modules;

namespace Distillation.Tests.Training.Checkpoints;

public sealed class ProlongingTests : IDisposable
{
    private const int StepsPerEpoch = 5;

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly string _directory = Directory.CreateTempSubdirectory("distillation-").FullName;
    private readonly TensorData _data = Some.Data(samples: 20, seed: 7);
    private readonly TensorData _validation = Some.Data(samples: 12, seed: 8);
    private readonly ITeacher _teacher = Teacher.From(Some.Mlp(hidden: 9, seed: 4));

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData(2 * StepsPerEpoch, 4 * StepsPerEpoch)]
    [InlineData((2 * StepsPerEpoch) + 3, 4 * StepsPerEpoch)]
    [InlineData(3, (2 * StepsPerEpoch) + 1)]
    public void Prolonged_run_has_the_bits_and_the_history_of_one_of_its_length(int first, int all)
    {
        (Sequential whole, Sequential prolonged) = (Some.Mlp(), Some.Mlp());
        TrainingResult expected = Fit(whole, new() { Steps = all });

        Fit(prolonged, new() { Steps = first, Checkpoints = Checkpoints() });
        TrainingResult result = Fit(prolonged, new() { Steps = all, Checkpoints = Checkpoints() });

        Some.Weights(prolonged).Should().Equal(Some.Weights(whole));
        result.Position.Should().Be(expected.Position);
        result.History.Select(report => (report.Position.Step, report.Position.Epoch, Loss(report), report.Validation!.NegativeLogLikelihood)).Should().Equal(
            expected.History.Select(report => (report.Position.Step, report.Position.Epoch, Loss(report), report.Validation!.NegativeLogLikelihood)));

        // The mean loss of the epoch in which the first run ended is that of its other batches.
        double? Loss(TrainingProgress report) => report.Position.Epoch == 1 + (first / StepsPerEpoch) && first % StepsPerEpoch > 0 ? null : report.Loss;
    }

    [Fact]
    public void Run_of_epochs_is_prolonged_by_epochs()
    {
        Sequential network = Some.Mlp();
        Fit(network, new() { Epochs = 1, Checkpoints = Checkpoints() });

        Fit(network, new() { Epochs = 3, Checkpoints = Checkpoints() }).History.Should().HaveCount(3);
    }

    [Fact]
    public void Longer_run_is_refused_when_prolonging_is_not_allowed()
    {
        Fit(Some.Mlp(), new() { Epochs = 1, Checkpoints = Checkpoints() });

        Action longer = () => Fit(Some.Mlp(), new() { Epochs = 2, Checkpoints = Checkpoints() with { AllowProlonging = false } });

        longer.Should().Throw<InvalidOperationException>().WithMessage("*is of another run*Epochs*");
    }

    [Fact]
    public void Shorter_run_is_refused_with_the_number_of_updates()
    {
        Fit(Some.Mlp(), new() { Steps = 8, Checkpoints = Checkpoints() });

        Action shorter = () => Fit(Some.Mlp(), new() { Steps = 7, Checkpoints = Checkpoints() });

        shorter.Should().Throw<InvalidOperationException>().WithMessage("*has made 8 updates, but the run has 7.*");
    }

    [Fact]
    public void Another_option_is_refused_when_prolonging_is_allowed()
    {
        Fit(Some.Mlp(), new() { Epochs = 1, Checkpoints = Checkpoints() });

        Action other = () => Fit(Some.Mlp(), new() { Epochs = 2, Seed = 3, Checkpoints = Checkpoints() });

        other.Should().Throw<InvalidOperationException>().WithMessage("*is of another run*Seed*");
    }

    private CheckpointOptions Checkpoints() => new(_directory) { AllowProlonging = true };

    private TrainingResult Fit(Sequential network, TrainerOptions options)
    {
        options = options with
        {
            BatchSize = 4,
            Optimizer = new AdamWOptimizer(0.01),
            Update = new() { AverageDecay = 0.9, ClipNorm = 1 },
            BestBy = Metric.NegativeLogLikelihood,
        };
        return new DistillationTrainer(_teacher, Student.From(network), new SoftTargetLoss() + new HardLabelLoss(), options).Fit(_data, _validation);
    }
}
