using Distillation.SmallData;

namespace Distillation.Reports;

/// <summary>Makes reports of model distillations with several numbers of labeled samples.</summary>
public static class LearningCurveExtensions
{
    extension(IReadOnlyDictionary<long, RepeatedDistillationReport> reports)
    {
        /// <summary>
        /// Creates a report of learning curves: for each number of labeled samples what the recipe changed, and all models over the numbers, on a logarithmic
        /// axis, with their intervals.
        /// </summary>
        /// <param name="title">The title of the report.</param>
        /// <returns>
        /// The report. Intervals are those of the mean over the runs; of a single run, <c>new RepeatedDistillationReport { Runs = [result.Report] }</c>, those
        /// of its accuracy for other test samples.
        /// </returns>
        /// <exception cref="ArgumentException">
        /// The title has no letters; there is no report; a number of labels is not positive, or has no run; or the runs are of several tasks.
        /// </exception>
        public Report ToReport(string title = "Learning curves") =>
            new() { Title = title, Sections = LearningCurveSections.Of(LabelCount.Of(Require.Present(reports))) };
    }
}
