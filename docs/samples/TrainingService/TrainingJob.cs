using Distillation;
using Distillation.Losses;
using Microsoft.Extensions.Options;
using static TorchSharp.torch.nn;

namespace TrainingService;

/// <summary>Trains the student in the background, from a checkpoint where there is one, and then answers.</summary>
internal sealed partial class TrainingJob(IOptions<TrainingSettings> settings, ILogger<TrainingJob> log, ILogger<DistillationTrainer> trainerLog)
    : BackgroundService, IProgress<TrainingProgress>
{
    private readonly Module<Tensor, Tensor> _network = Clothes.Student();

    // A module runs on one thread at a time.
    private readonly Lock _turn = new();
    private volatile TrainingState _state = new("Starting");
    private volatile TrainingResult? _result;

    /// <summary>Gets where the training is.</summary>
    public TrainingState State => _state;

    /// <summary>Gets the result, once the training has completed.</summary>
    public TrainingResult? Result => _result;

    /// <summary>Classifies an image.</summary>
    /// <returns>The name of the class; <see langword="null"/> until the training has completed.</returns>
    public string? Classify(float[] pixels)
    {
        if (_result is null)
        {
            return null;
        }

        lock (_turn)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            using var noGradient = torch.no_grad();
            return Clothes.NameOf(_network.call(torch.tensor(pixels).view(1, 1, 28, 28)).argmax().item<long>());
        }
    }

    /// <inheritdoc/>
    public void Report(TrainingProgress value) => _state = new("Running", value.Position.Step, value.Position.TotalSteps, value.Loss);

    public override void Dispose()
    {
        base.Dispose();
        _network.Dispose();
    }

    // Training takes a thread for as long as it runs: not one of the pool's, which requests need.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.Factory.StartNew(() => Train(stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Train(CancellationToken stoppingToken)
    {
        try
        {
            using TensorData train = Clothes.Read("train"), test = Clothes.Read("t10k");
            using Module<Tensor, Tensor> large = Clothes.Teacher();
            using ITeacher live = Teacher.From(large);
            using ITeacher teacher = live.Cached(train.Count);
            using IStudent student = Student.From(_network);
            var options = new TrainerOptions
            {
                Epochs = settings.Value.Epochs,
                Optimizer = new AdamOptimizer(new Schedule.Cosine(1e-3)),
                ReportEverySteps = 10,
                ValidateEveryEpochs = settings.Value.Epochs,
                Checkpoints = new(settings.Value.Directory),
            };
            TrainingResult result = new DistillationTrainer(teacher, student, new SoftTargetLoss(temperature: 2), options, trainerLog)
                .Fit(train, test, this, stoppingToken);
            Finish(result);
        }
        catch (OperationCanceledException)
        {
            _state = _state with { Status = nameof(TrainingStatus.Canceled) };
        }
#pragma warning disable CA1031 // Whatever it is: the service stays up, and its health has the reason.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailure(log, exception);
            _state = _state with { Status = "Failed", Error = exception.Message };
        }
    }

    private void Finish(TrainingResult result)
    {
        double? accuracy = result.History.LastOrDefault(progress => progress.Validation is not null)?.Validation?.Accuracy;
        _state = _state with { Status = result.Status.ToString(), Step = result.Position.Step, Accuracy = accuracy };
        if (result.Status == TrainingStatus.Completed)
        {
            _network.eval();
            _result = result;
        }
    }

    [LoggerMessage(LogLevel.Error, "The training has failed.")]
    private static partial void LogFailure(ILogger logger, Exception exception);
}
