using Distillation.SmallData;

namespace Distillation.Reports;

/// <summary>Makes reports at <see cref="DataDiagnosis"/>.</summary>
public static class DataDiagnosisExtensions
{
    extension(DataDiagnosis diagnosis)
    {
        /// <summary>Creates a report: hard classes, suspect labels, confusions and calibration of models on samples that they were not trained on.</summary>
        /// <param name="title">The title of the report.</param>
        /// <param name="classNames">The names of the classes in order; their numbers are shown if not given.</param>
        /// <param name="suspects">How suspect samples are shown themselves; the numbers, labels and probabilities of 24 alone if not given.</param>
        /// <returns>The report.</returns>
        /// <exception cref="ArgumentException">
        /// The title has no letters; there is not one name for each class; or the samples of <paramref name="suspects"/> are others than those of the
        /// diagnosis, or neither images nor rows.
        /// </exception>
        public Report ToReport(string title = "Diagnosis", IReadOnlyList<string>? classNames = null, SampleDisplay? suspects = null) =>
            new() { Title = title, Sections = DistillationSections.Of(Require.Present(diagnosis), classNames ?? [], suspects) };
    }
}
