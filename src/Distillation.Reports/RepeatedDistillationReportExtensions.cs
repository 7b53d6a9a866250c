using Distillation.SmallData;

namespace Distillation.Reports;

/// <summary>Makes reports at <see cref="RepeatedDistillationReport"/>.</summary>
public static class RepeatedDistillationReportExtensions
{
    extension(RepeatedDistillationReport report)
    {
        /// <summary>
        /// Creates a report: what the recipe changed over the runs with its intervals, all models, the runs, and gains and losses of classes.
        /// </summary>
        /// <param name="title">The title of the report.</param>
        /// <param name="classNames">The names of the classes in order; their numbers are shown if not given.</param>
        /// <returns>The report.</returns>
        /// <exception cref="ArgumentException">The title has no letters, there is not one name for each class, or there is no run.</exception>
        public Report ToReport(string title = "Repeated model distillation", IReadOnlyList<string>? classNames = null) =>
            new() { Title = title, Sections = RepeatedSections.Of(Require.Present(report), classNames ?? []) };
    }
}
