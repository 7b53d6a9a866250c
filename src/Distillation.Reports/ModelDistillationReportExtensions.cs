using Distillation.SmallData;

namespace Distillation.Reports;

/// <summary>Makes reports at <see cref="ModelDistillationReport"/>.</summary>
public static class ModelDistillationReportExtensions
{
    extension(ModelDistillationReport report)
    {
        /// <summary>Creates a report: the verdict, all models, gains and losses of classes, confusions and calibration.</summary>
        /// <param name="title">The title of the report.</param>
        /// <param name="classNames">The names of the classes in order; their numbers are shown if not given.</param>
        /// <returns>The report.</returns>
        /// <exception cref="ArgumentException">The title has no letters, or there is not one name for each class.</exception>
        public Report ToReport(string title = "Model distillation", IReadOnlyList<string>? classNames = null) =>
            new() { Title = title, Sections = DistillationSections.Of(Require.Present(report), classNames ?? []) };
    }
}
