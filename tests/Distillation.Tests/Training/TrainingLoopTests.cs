using Distillation.Losses;
using Distillation.Training;
using TorchSharp.Modules;

namespace Distillation.Tests.Training;

public sealed partial class TrainingLoopTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _data = Some.Data(samples: 20);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Run_without_end_takes_as_long_as_can_be()
    {
        using var step = new RecordingStep();
        using var cancellation = new CancellationTokenSource();
        var progress = new StopAtFirst(cancellation);

        var loop = new TrainingLoop(new() { Steps = long.MaxValue, ReportEverySteps = 1, BatchSize = 5 });
        Canceled.ResultOf(() => loop.Run(step, _data, progress: progress, cancellationToken: cancellation.Token));

        progress.Remaining.Should().Be(TimeSpan.MaxValue);
    }

    [Fact]
    public void Steps_count_instead_of_epochs_when_set()
    {
        using var step = new RecordingStep();

        TrainingResult result = Run(step, new TrainerOptions { Steps = 5, BatchSize = 8, Epochs = 100 });

        step.Batches.Should().HaveCount(5);
        result.Status.Should().Be(TrainingStatus.Completed);
        result.Position.Step.Should().Be(5);
    }

    [Fact]
    public void Micro_batches_share_an_update()
    {
        using var step = new RecordingStep();

        Run(step, new TrainerOptions { Epochs = 1, BatchSize = 8, MicroBatchSize = 3 });

        step.Batches.Select(batch => batch.Length).Should().Equal(3, 3, 2, 3, 3, 2, 3, 1);
        step.Wholes.Take(3).Should().Equal(8, 8, 8);
        step.Updates.Should().Be(3);
    }

    [Fact]
    public void Canceled_run_keeps_what_is_trained()
    {
        using var cancellation = new CancellationTokenSource();
        using var step = new RecordingStep { OnUpdate = position => { if (position.Step == 3) { cancellation.Cancel(); } } };

        Action run = () => new TrainingLoop(new TrainerOptions { BatchSize = 8 }).Run(step, _data, cancellationToken: cancellation.Token);

        TrainingCanceledException thrown = run.Should().Throw<TrainingCanceledException>().Which;
        thrown.Message.Should().Be("The run was canceled after 4 of 30 updates. The students keep their weights.");
        thrown.CancellationToken.Should().Be(cancellation.Token);
        thrown.Result.Status.Should().Be(TrainingStatus.Canceled);
        thrown.Result.Position.Step.Should().Be(4);
        step.Updates.Should().Be(4);
    }

    [Fact]
    public void Reports_come_at_the_end_of_each_epoch()
    {
        using var step = new RecordingStep();
        var progress = new CollectingProgress();

        TrainingResult result = new TrainingLoop(new TrainerOptions { Epochs = 3, BatchSize = 8 }).Run(step, _data, progress: progress);

        progress.Reports.Select(report => report.Position)
            .Should().Equal(new TrainingPosition(1, 3, 9, 3), new TrainingPosition(2, 6, 9, 3), new TrainingPosition(3, 9, 9, 3));
        result.History.Should().Equal(progress.Reports);
    }

    [Fact]
    public void Reports_come_within_an_epoch_when_that_is_set()
    {
        using var step = new RecordingStep();
        var progress = new CollectingProgress();

        new TrainingLoop(new TrainerOptions { Epochs = 2, BatchSize = 4, ReportEverySteps = 2 }).Run(step, _data, progress: progress);

        progress.Reports.Select(report => report.Position.Step).Should().Equal(2, 4, 5, 6, 8, 10);
    }

    [Fact]
    public void Time_left_falls_to_nothing()
    {
        using var step = new RecordingStep();
        var progress = new CollectingProgress();

        new TrainingLoop(new TrainerOptions { Epochs = 2 }).Run(step, _data, progress: progress);

        progress.Reports[0].Remaining.Should().BePositive();
        progress.Reports[1].Remaining.Should().Be(TimeSpan.Zero);
    }

    [Fact]
    public void Application_finds_its_random_numbers_as_they_were()
    {
        using var step = new RecordingStep { OnUpdate = _ => torch.rand(3) };
        torch.manual_seed(42);
        float expected = torch.rand(1).item<float>();
        torch.manual_seed(42);

        Run(step, new TrainerOptions { Epochs = 1 });

        torch.rand(1).item<float>().Should().Be(expected);
    }

    [Fact]
    public void Modes_of_the_student_come_back()
    {
        Sequential network = Some.Mlp();
        network.train();
        network.children().ElementAt(1).eval();

        Run(new DistillationScheme(null, new Learner(Student.From(network), new HardLabelLoss())), new TrainerOptions { Epochs = 1 }, _data);

        network.training.Should().BeTrue();
        network.children().ElementAt(1).training.Should().BeFalse();
    }

    [Fact]
    public void Modes_of_the_student_come_back_when_the_loss_throws()
    {
        Sequential network = Some.Mlp();
        network.eval();
        using var step = new RecordingStep(network) { OnUpdate = _ => throw new InvalidOperationException("now") };

        Action run = () => Run(step, new TrainerOptions { Epochs = 1 });

        run.Should().Throw<InvalidOperationException>().WithMessage("now");
        network.training.Should().BeFalse();
    }

    [Fact]
    public void Empty_data_is_refused()
    {
        using var step = new RecordingStep();

        Action run = () => new TrainingLoop(new TrainerOptions()).Run(step, new Nothing());

        run.Should().Throw<ArgumentException>().WithParameterName("train");
    }

    [Fact]
    public void Data_smaller_than_a_batch_that_must_be_full_is_refused()
    {
        using var step = new RecordingStep();

        Action run = () => Run(step, new TrainerOptions { LastBatch = LastBatch.Drop, BatchSize = 21 });

        run.Should().Throw<ArgumentException>().WithMessage("*21*20 samples*");
    }

    [Fact]
    public void Early_stopping_without_validation_is_refused()
    {
        using var step = new RecordingStep();

        Action run = () => Run(step, new TrainerOptions { EarlyStopping = new(Metric.Accuracy) });

        run.Should().Throw<ArgumentException>().WithMessage("EarlyStopping needs validation data for accuracy*");
    }

    private static void Run(ITrainingScheme scheme, TrainerOptions options, IDataSource data)
    {
        using (scheme)
        {
            new TrainingLoop(options).Run(scheme, data);
        }
    }

    private TrainingResult Run(ITrainingScheme scheme, TrainerOptions options) => new TrainingLoop(options).Run(scheme, _data);

    private sealed class Nothing : IDataSource
    {
        public long Count => 0;

        public Batch Read(Tensor indices) => throw new InvalidOperationException("there is nothing to read");
    }

    private sealed class StopAtFirst(CancellationTokenSource cancellation) : IProgress<TrainingProgress>
    {
        public TimeSpan? Remaining { get; private set; }

        public void Report(TrainingProgress value)
        {
            Remaining = value.Remaining;
            cancellation.Cancel();
        }
    }

    /// <summary>Learns nothing and remembers what it was given.</summary>
    private sealed class RecordingStep(Sequential? network = null) : ITrainingScheme
    {
        public List<long[]> Batches { get; } = [];

        public List<long?> Wholes { get; } = [];

        public int Updates { get; private set; }

        public Action<TrainingPosition>? OnUpdate { get; init; }

        public IReadOnlyList<Learner> Learners { get; } = [new(Student.From(network ?? Some.Mlp()), new HardLabelLoss(), new SgdOptimizer(0.1))];

        public Learner Validated => Learners[0];

        public void Prepare(Batch sample) => Validated.Prepare(new(Validated.Forward(sample), null, sample));

        public void AccumulateGradients(Batch batch, TrainingPosition position)
        {
            Batches.Add(batch.Indices.data<long>().ToArray());
            Wholes.Add(batch.Whole?.Count);
            Validated.AccumulateGradients(new(Validated.Forward(batch), null, batch, position));
        }

        public void Update(TrainingPosition position)
        {
            Updates++;
            OnUpdate?.Invoke(position);
        }

        public void Dispose() => Validated.Dispose();
    }
}
