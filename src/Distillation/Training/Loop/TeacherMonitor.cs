using Distillation.Caching;
using Distillation.Diagnostics;
using Distillation.Evaluation;
using Distillation.Models;
using Microsoft.Extensions.Logging;

namespace Distillation.Training;

/// <summary>Measures the teacher of a run on the validation data, and logs where a student can learn little from it.</summary>
internal sealed class TeacherMonitor(ILogger logger)
{
    private double? _accuracy;

    /// <summary>Measures the teacher before training, and logs if it does no better than the student, or than the commonest class.</summary>
    /// <remarks>A teacher that fails on the validation data is logged as well: the run itself may not need it there.</remarks>
    public void Begin(
        ITeacher teacher, EvaluationReport student, IDataSource validation, int batchSize, torch.Device device, CancellationToken cancellationToken)
    {
        if (Live(teacher) is not { } live)
        {
            return;
        }

        try
        {
            EvaluationReport report = Evaluator.Evaluate(live, validation, batchSize, device, cancellationToken);
            _accuracy = report.Accuracy;
            double commonest = Enumerable.Range(0, report.Confusion.Classes).Max(label => (double)report.Confusion.Samples(label) / report.Samples);
            if (report.Accuracy <= Math.Max(student.Accuracy, commonest))
            {
                Log.TeacherIsWeak(logger, report.Accuracy, student.Accuracy, commonest);
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
        if (student.Accuracy > _accuracy)
        {
            Log.StudentIsBetter(logger, student.Accuracy, _accuracy.Value);
            _accuracy = null;
        }
    }

    // A cache is of the training data. The networks behind it are measured; code behind it is what the cache is to spare, such as calls that cost money.
    private static ITeacher? Live(ITeacher teacher)
    {
        ITeacher live = DelegatingTeacher.PartsOf(teacher).First(part => part is not CachedTeacher);
        bool isBehindCache = teacher is CachedTeacher;
        return DelegatingTeacher.PartsOf(live).OfType<CachedTeacher>().Any() || (isBehindCache && !INetworkTeacher.NetworksIn(live).Any()) ? null : live;
    }
}
