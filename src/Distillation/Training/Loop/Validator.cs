using System.Diagnostics;
using Distillation.Data;
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

    /// <summary>
    /// Validates before training, in evaluation mode, so that data on which nothing can be measured is refused; on the first batch, or on all of it to compare
    /// with the teacher.
    /// </summary>
    public void Begin(ITeacher? teacher, CancellationToken cancellationToken)
    {
        try
        {
            EvaluationReport student = Measure(
                teacher is null ? data.Subset(Enumerable.Range(0, (int)Math.Min(options.BatchSize, data.Count)).Select(i => (long)i)) : data,
                cancellationToken);
            if (teacher is not null)
            {
                _teacherMonitor.Begin(teacher, student, data, options.BatchSize, device, cancellationToken);
            }
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
        EvaluationReport report = Measure(data, cancellationToken);
        Meters.ValidationDuration.Record(Stopwatch.GetElapsedTime(began).TotalSeconds);
        _teacherMonitor.Compare(report);
        return report;
    }

    private EvaluationReport Measure(IDataSource samples, CancellationToken cancellationToken)
    {
        using ITeacher judged = learner.Loss.CreatePredictor(learner.Student) ?? learner.Student.AsTeacher();
        return Evaluator.Evaluate(judged, samples, options.BatchSize, device, cancellationToken);
    }
}
