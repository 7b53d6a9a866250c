using Distillation.Caching;
using Distillation.Losses;
using Microsoft.Extensions.Logging;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Crash;

/// <summary>
/// A run in which nearly everything has a memory that a checkpoint must keep: dropout, batch normalization, AdamW, a moving average, pieces of batches, the
/// best weights. Always the same.
/// </summary>
internal sealed class SmallRun : IDisposable
{
    private const long Features = 6;
    private const long Classes = 3;

    private readonly List<IDisposable> _owned = [];
    private readonly TensorData _train;
    private readonly TensorData _validation;
    private readonly ITeacher _teacher;
    private readonly IStudent _student;

    public SmallRun(TeacherKind teacher, long samples = 40)
    {
        torch.set_num_threads(1);
        torch.manual_seed(3);
        _train = Data(samples);
        _validation = Data(samples / 2);
        Sequential taught = Own(Sequential(("in", Linear(Features, 32)), ("act", ReLU()), ("out", Linear(32, Classes))));
        Network = Own(
            Sequential(("in", Linear(Features, 16)), ("norm", BatchNorm1d(16)), ("act", ReLU()), ("drop", Dropout(0.3)), ("out", Linear(16, Classes))));
        ITeacher live = Own(Teacher.From(taught));
        _teacher = teacher == TeacherKind.Live ? live : Own(new CachedTeacher(live, samples));
        _student = Own(Student.From(Network));
    }

    public Sequential Network { get; }

    public TrainingResult Fit(
        long steps,
        CheckpointOptions? checkpoints,
        IProgress<TrainingProgress>? progress = null,
        ILogger<DistillationTrainer>? logger = null,
        CancellationToken cancellationToken = default)
    {
        var options = new TrainerOptions
        {
            Steps = steps,
            BatchSize = 4,
            MicroBatchSize = 2,
            Optimizer = new AdamWOptimizer(new Schedule.Cosine(0.01)),
            Update = new() { AverageDecay = 0.9, ClipNorm = 1 },
            BestBy = Metric.NegativeLogLikelihood,
            ReportEverySteps = 7,
            Checkpoints = checkpoints,
        };
        var trainer = new DistillationTrainer(_teacher, _student, (0.9 * new SoftTargetLoss(temperature: 4)) + (0.1 * new HardLabelLoss()), options, logger);
        return trainer.Fit(_train, _validation, progress, cancellationToken);
    }

    public void Dispose()
    {
        _owned.Reverse();
        _owned.ForEach(owned => owned.Dispose());
    }

    private TensorData Data(long samples) => Own(new TensorData(torch.randn(samples, Features), torch.randint(0, Classes, [samples], torch.ScalarType.Int64)));

    private T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }
}
