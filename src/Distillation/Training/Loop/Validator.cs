using System.Diagnostics;
using Distillation.Diagnostics;
using Distillation.Evaluation;
using Microsoft.Extensions.Logging;

namespace Distillation.Training;

/// <summary>Evaluates a learner on the validation data, and before training whether that is possible.</summary>
/// <param name="learner">Whose model is measured: the student, or what its loss puts in its place.</param>
/// <param name="data">The validation data.</param>
/// <param name="options">How the run goes.</param>
/// <param name="device">Where the model is.</param>
/// <param name="logger">Gets what is found out about the teacher.</param>
/// <param name="group">The ranks that share the batches; <see langword="null"/> for one alone.</param>
/// <param name="stop">What ends the run.</param>
internal sealed class Validator(
    Learner learner, IDataSource data, TrainerOptions options, torch.Device device, ILogger logger, RankGroup? group, StopSignal stop)
{
    private readonly TeacherMonitor _teacherMonitor = new(logger);
    private EvaluationTask? _task;

    /// <summary>Finds out the task, and validates on one batch, in evaluation mode, so that data on which nothing can be measured is refused.</summary>
    public void Begin()
    {
        using ITeacher validated = Model();
        long? ignored = learner.ClassIds.Select(ids => ids.Ignored).FirstOrDefault(label => label is not null);
        _task = Evaluator.RequireTask(
            validated,
            data,
            options.Task,
            ignored,
            $"{nameof(TrainerOptions)}.{nameof(options.Task)}",
            options.BatchSize,
            device,
            options.BestBy,
            options.EarlyStopping?.Metric);
    }

    /// <summary>Compares the student before training with its teacher.</summary>
    public void CompareWith(ITeacher teacher)
    {
        try
        {
            _teacherMonitor.Begin(teacher, Measure(), _task!.Metrics[0], Measure);
        }
        catch (OperationCanceledException) when (stop.IsSet)
        {
            // The loop ends the run.
        }
    }

    /// <summary>Validates, in evaluation mode.</summary>
    /// <returns>The report; <see langword="null"/> on ranks that compute no metrics.</returns>
    /// <exception cref="OperationCanceledException">The run was canceled.</exception>
    public EvaluationReport? Run()
    {
        long began = Stopwatch.GetTimestamp();
        EvaluationReport? report = Measure();
        Meters.ValidationDuration.Record(Stopwatch.GetElapsedTime(began).TotalSeconds);
        if (report is not null)
        {
            _teacherMonitor.Compare(report);
        }

        return report;
    }

    private ITeacher Model() => learner.Loss.CreatePredictor(learner.Student) ?? learner.Student.AsTeacher();

    private EvaluationReport? Measure()
    {
        using ITeacher validated = Model();
        return Measure(validated);
    }

    private EvaluationReport? Measure(ITeacher model) => group is null
        ? Evaluator.Evaluate(model, data, _task, options.BatchSize, device, stop.Token)
        : new SharedEvaluation(group, stop, data, options.BatchSize, device).Run(model, _task!);
}
