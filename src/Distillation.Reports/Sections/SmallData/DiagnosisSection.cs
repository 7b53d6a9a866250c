using Distillation.SmallData;

namespace Distillation.Reports;

/// <summary>Which classes of the labeled samples are hard for models that were not trained on them.</summary>
internal static class DiagnosisSection
{
    private const int MostRows = 30;

    public static ReportSection Of(DataDiagnosis diagnosis, Func<long, string> className)
    {
        bool isWhole = diagnosis.Classes.Count <= MostRows;
        IEnumerable<ClassDiagnosis> chosen = isWhole
            ? diagnosis.Classes
            : diagnosis.Classes.OrderByDescending(one => (double)one.Errors / one.Samples).Take(MostRows);
        return new()
        {
            Title = "Labeled samples",
            Blocks =
            [
                // The rest of the description is the table.
                new ReportText { Text = diagnosis.Describe().ReplaceLineEndings("\n").Split('\n')[0] },
                new ReportTable(
                    ["class", "samples", "labels contradicted", "share contradicted", "mean probability of the label"],
                    chosen.Select(one => (IReadOnlyList<ReportCell>)
                        [className(one.Label), one.Samples, one.Errors, (double)one.Errors / one.Samples, one.MeanProbability]))
                {
                    Title = isWhole ? "Classes" : "Classes with the largest share of contradicted labels",
                },
            ],
        };
    }
}
