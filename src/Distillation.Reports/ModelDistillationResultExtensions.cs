using Distillation.SmallData;

namespace Distillation.Reports;

/// <summary>Makes reports at <see cref="ModelDistillationResult"/>.</summary>
public static class ModelDistillationResultExtensions
{
    extension(ModelDistillationResult result)
    {
        /// <summary>
        /// Creates the report of the run: the verdict, all models, gains and losses of classes, confusions and calibration on the test samples, and hard
        /// classes and suspect labels of the labeled samples.
        /// </summary>
        /// <param name="title">The title of the report.</param>
        /// <param name="classNames">The names of the classes in order; their numbers are shown if not given.</param>
        /// <param name="suspects">How suspect samples are shown themselves; the numbers, labels and probabilities of 24 alone if not given.</param>
        /// <returns>The report. It has what the result has: without test samples no verdict, without a diagnosis no suspects.</returns>
        /// <exception cref="ArgumentException">
        /// The title has no letters; there is not one name for each class; the samples of <paramref name="suspects"/> are others than those of the diagnosis,
        /// or neither images nor rows; or the result has neither a report nor a diagnosis.
        /// </exception>
        public Report ToReport(string title = "Model distillation", IReadOnlyList<string>? classNames = null, SampleDisplay? suspects = null) =>
            new() { Title = title, Sections = DistillationSections.Of(Require.Present(result), classNames ?? [], suspects) };
    }
}
