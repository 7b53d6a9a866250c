namespace Distillation.Reports;

/// <summary>Makes reports at <see cref="TrainingResult"/>.</summary>
public static class TrainingResultExtensions
{
    extension(TrainingResult result)
    {
        /// <summary>Creates the report of the run, with curves, the best validation in detail, and settings.</summary>
        /// <param name="title">The title of the report.</param>
        /// <returns>The report: see <see cref="Report.Of(TrainingRun)"/> for more than that.</returns>
        /// <exception cref="ArgumentException">The title has no letters.</exception>
        public Report ToReport(string title = "Training run") => Report.Of(new() { Title = title, Result = Require.Present(result) });
    }
}
