using System.Globalization;
using Distillation.SmallData;

namespace Distillation.Reports;

/// <summary>What a model distillation brought, and which part of that is the teacher's.</summary>
internal static class DistillationVerdictSection
{
    public static ReportSection Of(ModelDistillationReport report)
    {
        List<ReportBlock> blocks = [new ReportText { Text = report.Sentence() }];
        if (report.Control is { } control)
        {
            blocks.Add(new ReportText { Text = Share(report, control) });
        }

        blocks.Add(Facts(report));
        if (report.Kept is { } kept)
        {
            blocks.Add(new ReportText { Text = $"New samples: {kept.Describe()}" });
        }

        return new() { Title = "Verdict", Blocks = blocks };
    }

    private static string Share(ModelDistillationReport report, EvaluationReport control)
    {
        string metric = ArmsSection.MainMetric([report]);
        (double plain, double known, double final) = (Value(report.Plain), Value(control), Value(report.Final));
        bool isAccuracy = metric == Metric.Accuracy.Name;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Of the change of {(isAccuracy ? "the accuracy" : metric)}, {Change(final - plain)}, the new samples with known labels bring "
            + $"{Change(known - plain)}, and the labels of the teacher {Change(final - known)}. The two parts of one run have no test: "
            + $"{nameof(ModelDistillation)}.{nameof(ModelDistillation.Repeat)} gives their intervals over several runs.");

        double Value(EvaluationReport one) => one.Metrics.TryGetValue(metric, out double value) ? value : double.NaN;

        string Change(double change) => isAccuracy
            ? string.Create(CultureInfo.InvariantCulture, $"{100 * change:+0.0;-0.0;0.0} points")
            : string.Create(CultureInfo.InvariantCulture, $"{change:+0.####;-0.####;0}");
    }

    private static ReportFacts Facts(ModelDistillationReport report)
    {
        string metric = ArmsSection.MainMetric([report]);
        var facts = new List<KeyValuePair<string, ReportCell>> { new("recipe", report.Recipe.Name) };
        foreach (Arm arm in Arm.Of([report]).Where(arm => arm.Reports[0].Metrics.ContainsKey(metric)))
        {
            facts.Add(new($"{metric}, {arm.Name}", arm.Mean(metric)));
        }

        facts.Add(new("test samples", report.Final.Samples));
        if (report.Difference is { } difference)
        {
            facts.Add(new("McNemar's p", difference.PValue));
        }

        return new() { Values = facts };
    }
}
