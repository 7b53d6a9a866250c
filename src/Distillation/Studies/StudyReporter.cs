using System.Diagnostics;
using Distillation.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Distillation.Studies;

/// <summary>Reports the trainings of a study as they end, one at a time.</summary>
internal sealed class StudyReporter(int total, Metric metric, ILogger logger, IProgress<StudyProgress>? progress)
{
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly Lock _lock = new();
    private int _completed;

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_began);

    public void Ended(Trial trial, TrialOutcome outcome)
    {
        lock (_lock)
        {
            var report = new StudyProgress
            {
                Completed = ++_completed,
                Total = total,
                Name = trial.Name,
                Value = outcome.Value,
                Metric = metric.Name,
                Elapsed = Elapsed,
            };
            Log.StudyProgressed(logger, report.Completed, total, report.Name, report.Metric, report.Value);
            progress?.Report(report);
        }
    }

    /// <summary>Counts the trainings of other ranks, which those report.</summary>
    public void EndedOnOtherRanks(int trainings)
    {
        lock (_lock)
        {
            _completed += trainings;
        }
    }
}
