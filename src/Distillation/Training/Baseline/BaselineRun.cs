using Distillation.Evaluation;
using Distillation.Losses;
using Microsoft.Extensions.Logging;

namespace Distillation.Training;

/// <summary>Trains the student of a run alone, before it is distilled from the same starting weights, and compares both.</summary>
internal sealed class BaselineRun : IDisposable
{
    private const double Level = 0.95;

    private readonly IStudent _student;
    private readonly IDistillationLoss _loss;
    private readonly TrainerOptions _options;
    private readonly IDataSource _validation;
    private readonly torch.Device _device;
    private readonly EvaluationTask _task;
    private readonly Metric _metric;
    private readonly IDistillationLoss _baseline;
    private readonly TensorSnapshot _weights;
    private TrainingResult? _result;
    private GroupedEvaluation? _alone;

    /// <exception cref="ArgumentException">There is no validation data, or its labels imply no task, or the task has no usual loss on labels.</exception>
    public BaselineRun(IStudent student, IDistillationLoss loss, TrainerOptions options, IDataSource? validation)
    {
        (_student, _loss) = (student, loss);
        _options = options with { Baseline = false };
        _validation = validation ?? throw new ArgumentException(
            $"{nameof(TrainerOptions.Baseline)} needs validation data to compare the students on, but there is none.", nameof(validation));
        _device = ModuleTree.DeviceOf(student.Module);
        using ITeacher model = student.AsTeacher();
        EvaluationTask task = Evaluator.RequireTask(
            model, validation, options.Task, IgnoredLabelOf(loss), $"{nameof(TrainerOptions)}.{nameof(options.Task)}", options.BatchSize, _device);
        _metric = options.SelectedBy ?? task.Metrics[0];
        _task = task.With(_metric);
        _baseline = BaselineLosses.Of(_task);
        _weights = new TensorSnapshot([.. student.Module.parameters(), .. student.Module.buffers()]);
        _weights.Keep();
    }

    /// <summary>Trains the student alone; it has its starting weights again afterward, also if that fails.</summary>
    /// <returns>The result of the run.</returns>
    public TrainingResult Train(IDataSource train, ILogger? logger, CancellationToken cancellationToken)
    {
        CheckpointOptions? checkpoints = _options.Checkpoints is { } given ? given with { Directory = $"{given.Directory}.baseline" } : null;
        try
        {
            using var scheme = new DistillationScheme(teacher: null, new Learner(_student, _baseline));
            _result = new TrainingLoop(_options with { Checkpoints = checkpoints }, logger).Run(scheme, train, _validation, progress: null, cancellationToken);
            _alone = Evaluate(_baseline, cancellationToken);
            return _result;
        }
        finally
        {
            _weights.Restore();
        }
    }

    /// <summary>Compares the distilled student with the student alone.</summary>
    public BaselineComparison Compare()
    {
        GroupedEvaluation distilled = Evaluate(_loss, CancellationToken.None);
        (double difference, Interval interval) = PairedBootstrap.Difference(_metric, [_alone!.Groups], [distilled.Groups], Level, _options.Seed);
        return new()
        {
            Verdict = DistillationVerdicts.Of(interval, _metric),
            Metric = _metric.Name,
            Difference = difference,
            Interval = interval,
            Alone = _alone.Report,
            Distilled = distilled.Report,
            McNemar = _alone.CompareHits(distilled),
            Training = _result!,
        };
    }

    public void Dispose() => _weights.Dispose();

    private static long? IgnoredLabelOf(IDistillationLoss loss) =>
        LossSum.Of(loss).Terms.Select(term => (term.Loss as RowLoss)?.IgnoredLabel).FirstOrDefault(label => label is not null);

    private GroupedEvaluation Evaluate(IDistillationLoss loss, CancellationToken cancellationToken)
    {
        using ITeacher model = loss.CreatePredictor(_student) ?? _student.AsTeacher();
        return GroupedEvaluation.Of(model, _validation, _task, _metric, _device, cancellationToken);
    }
}
