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
internal sealed class Validator(Learner learner, IDataSource data, TrainerOptions options, torch.Device device, ILogger logger)
{
    private readonly TeacherMonitor _teacherMonitor = new(logger);
    private EvaluationTask? _task;

    /// <summary>
    /// Finds out the task, and validates on one batch, in evaluation mode, so that data on which nothing can be measured is refused; compares with a teacher on
    /// all of it.
    /// </summary>
    public void Begin(ITeacher? teacher, CancellationToken cancellationToken)
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
        if (teacher is null)
        {
            return;
        }

        try
        {
            EvaluationReport student = Measure(cancellationToken);
            _teacherMonitor.Begin(teacher, student, _task, data, options.BatchSize, device, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The loop ends the run.
        }
    }

    /// <summary>Validates, in evaluation mode.</summary>
    /// <exception cref="OperationCanceledException">The run was canceled.</exception>
    public EvaluationReport Run(CancellationToken cancellationToken)
    {
        long began = Stopwatch.GetTimestamp();
        EvaluationReport report = Measure(cancellationToken);
        Meters.ValidationDuration.Record(Stopwatch.GetElapsedTime(began).TotalSeconds);
        _teacherMonitor.Compare(report);
        return report;
    }

    private ITeacher Model() => learner.Loss.CreatePredictor(learner.Student) ?? learner.Student.AsTeacher();

    private EvaluationReport Measure(CancellationToken cancellationToken)
    {
        using ITeacher validated = Model();
        return Evaluator.Evaluate(validated, data, _task, options.BatchSize, device, cancellationToken);
    }
}
