using Distillation.Caching;
using Distillation.Diagnostics;
using Distillation.Evaluation;
using Distillation.Models;
using Microsoft.Extensions.Logging;

namespace Distillation.Training;

/// <summary>Measures the teacher of a run on the validation data, and logs where a student can learn little from it.</summary>
internal sealed class TeacherMonitor(ILogger logger)
{
    private Metric? _metric;
    private double? _value;

    /// <summary>
    /// Measures the teacher before training by the first metric of the task, and logs if it is no better than the student, or by accuracy than the commonest
    /// class.
    /// </summary>
    /// <remarks>A teacher that fails on the validation data is logged as well: the run itself may not need it there.</remarks>
    /// <param name="teacher">The teacher of the run.</param>
    /// <param name="student">The report of the student; <see langword="null"/> on ranks that compute no metrics.</param>
    /// <param name="metric">The first metric of the task.</param>
    /// <param name="evaluate">Measures a model on the validation data.</param>
    public void Begin(ITeacher teacher, EvaluationReport? student, Metric metric, Func<ITeacher, EvaluationReport?> evaluate)
    {
        if (Live(teacher) is not { } live)
        {
            return;
        }

        try
        {
            if (evaluate(live) is not { } report || student is null)
            {
                return;
            }

            _metric = metric;
            _value = report[_metric];
            if (!_metric.IsBetter(_value.Value, student[_metric]))
            {
                Log.TeacherIsWeak(logger, _metric.Name, _value.Value, student[_metric], "the student before training");
            }
            else if (_metric is Accuracy && report.Confusion is { } confusion && confusion.CommonestShare >= _value)
            {
                Log.TeacherIsWeak(logger, _metric.Name, _value.Value, confusion.CommonestShare, "the commonest class");
            }
        }
#pragma warning disable CA1031 // Whatever a teacher throws on data that it is not trained with, the run goes on.
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            Log.TeacherNotMeasured(logger, exception.Message);
        }
    }

    /// <summary>Logs, once, if the student has become better than its teacher.</summary>
    public void Compare(EvaluationReport student)
    {
        if (_value is { } value && _metric!.IsBetter(student[_metric], value))
        {
            Log.StudentIsBetter(logger, _metric.Name, student[_metric], value);
            _value = null;
        }
    }

    // A cache is of the training data. The networks behind it are measured; code behind it is what the cache is to spare, such as calls that cost money.
    internal static ITeacher? Live(ITeacher teacher)
    {
        ITeacher live = DelegatingTeacher.PartsOf(teacher).First(part => part is not CachedTeacher);
        bool isBehindCache = teacher is CachedTeacher;
        return DelegatingTeacher.PartsOf(live).OfType<CachedTeacher>().Any() || (isBehindCache && !INetworkTeacher.NetworksIn(live).Any()) ? null : live;
    }
}
