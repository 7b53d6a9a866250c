using System.Globalization;
using Distillation.SmallData;

namespace Distillation.Reports;

/// <summary>The sections of a model distillation, and of a diagnosis of labeled samples.</summary>
internal static class DistillationSections
{
    /// <exception cref="ArgumentException">
    /// There is neither a report nor a diagnosis; there is not one name for each class; or the samples to show are not those of the diagnosis.
    /// </exception>
    public static IReadOnlyList<ReportSection> Of(ModelDistillationResult result, IReadOnlyList<string> classNames, SampleDisplay? suspects) =>
        result is { Report: null, Diagnosis: null }
            ? throw new ArgumentException(
                $"The result has neither a report nor a diagnosis. Give test samples to {nameof(ModelDistillation)}.{nameof(ModelDistillation.Run)}.",
                nameof(result))
            :
            [
                .. result.Report is { } report ? Of(report, classNames) : [],
                .. result.Diagnosis is { } diagnosis ? Labels(diagnosis, classNames, suspects) : [],
            ];

    /// <exception cref="ArgumentException">There is not one name for each class.</exception>
    public static IReadOnlyList<ReportSection> Of(ModelDistillationReport report, IReadOnlyList<string> classNames)
    {
        var shown = ShownEvaluation.Of("final model", report.Final, "test", classNames);
        ReportSection?[] sections =
        [
            DistillationVerdictSection.Of(report),
            ArmsSection.Of([report]),
            ClassGainsSection.Of([report], classNames),
            ConfusionSection.Of(shown),
            CalibrationSection.Of(shown),
        ];
        return [.. sections.OfType<ReportSection>()];
    }

    /// <exception cref="ArgumentException">There is not one name for each class, or the samples to show are not those of the diagnosis.</exception>
    public static IReadOnlyList<ReportSection> Of(DataDiagnosis diagnosis, IReadOnlyList<string> classNames, SampleDisplay? suspects)
    {
        var shown = ShownEvaluation.Of("model", diagnosis.Report, "held-out labeled samples", classNames);
        ReportSection?[] sections = [.. Labels(diagnosis, classNames, suspects), ConfusionSection.Of(shown), CalibrationSection.Of(shown)];
        return [.. sections.OfType<ReportSection>()];
    }

    private static ReportSection[] Labels(DataDiagnosis diagnosis, IReadOnlyList<string> classNames, SampleDisplay? suspects)
    {
        if (diagnosis.Report.Confusion is { } confusion)
        {
            ShownEvaluation.CheckNames(classNames, confusion.Classes);
        }

        return [DiagnosisSection.Of(diagnosis, Name), SuspectsSection.Of(diagnosis, suspects, Name)];

        string Name(long label) => label < classNames.Count ? classNames[(int)label] : label.ToString(CultureInfo.InvariantCulture);
    }
}
