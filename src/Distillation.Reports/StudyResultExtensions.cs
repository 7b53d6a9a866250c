namespace Distillation.Reports;

/// <summary>Makes reports at <see cref="StudyResult"/>.</summary>
public static class StudyResultExtensions
{
    extension(StudyResult result)
    {
        /// <summary>Creates the report of the study: the verdict, the pairs, the candidates, and the gains and losses of the classes.</summary>
        /// <param name="title">The title of the report.</param>
        /// <param name="classNames">The names of the classes in order; their numbers are shown if not given.</param>
        /// <returns>The report.</returns>
        /// <exception cref="ArgumentException">The title has no letters, or there is not one name for each class.</exception>
        public Report ToReport(string title = "Study", IReadOnlyList<string>? classNames = null) => Report.Of(result, title, classNames);
    }
}
