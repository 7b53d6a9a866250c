using Distillation.Evaluation;
using Distillation.SmallData;

namespace Distillation.Reports;

/// <summary>One of the models of model distillations, with its evaluation in each run.</summary>
internal sealed record Arm(string Name, IReadOnlyList<EvaluationReport> Reports)
{
    /// <summary>Returns the models that each of the runs has: those of <see cref="ModelDistillationReport.Describe"/>.</summary>
    /// <param name="runs">The runs, at least one.</param>
    /// <param name="byRecipe">The name of the final model; the default has that of the recipe, if all runs have the same one.</param>
    public static IReadOnlyList<Arm> Of(IReadOnlyList<ModelDistillationReport> runs, string? byRecipe = null)
    {
        string[] recipes = [.. runs.Select(run => run.Recipe.Name).Distinct()];
        byRecipe ??= recipes.Length == 1 ? $"original by '{recipes[0]}'" : "original by the recipe";
        return
        [
            .. Known("plain original", run => run.Plain),
            .. Known("same pool, known labels", run => run.Control),
            .. Known(byRecipe, run => run.Final),
            .. Known("simplified model", run => run.Distilled),
            .. Known("teacher itself", run => run.Teacher),
        ];

        IEnumerable<Arm> Known(string name, Func<ModelDistillationReport, EvaluationReport?> of)
        {
            EvaluationReport[] reports = [.. runs.Select(of).OfType<EvaluationReport>()];
            return reports.Length == runs.Count ? [new(name, reports)] : [];
        }
    }

    /// <summary>Returns what the intervals of <see cref="IntervalOf"/> hold for.</summary>
    public static string MeaningOfIntervals(string metric, int runs) => runs > 1
        ? "Intervals are 95 % intervals of the mean over the runs: they hold for other runs of the same kind on these test samples."
        : metric == Metric.Accuracy.Name
            ? "Intervals are 95 % intervals for other test samples (Wilson, 1927). All models are measured on the same samples: a paired test, such as "
                + "McNemar's, finds differences where the intervals overlap."
            : "Models of a single run have no intervals for this metric.";

    /// <summary>Returns the mean of a metric over the runs; NaN where a run does not have it.</summary>
    public double Mean(string metric) => Values(metric).Average();

    /// <summary>Returns the interval of the mean over several runs, or of the accuracy of one run over other test samples; else nothing.</summary>
    public Interval? IntervalOf(string metric)
    {
        double[] values = Values(metric);
        return !values.All(double.IsFinite) ? null
            : values.Length > 1 ? PairedComparison.Of(new double[values.Length], values).Interval
            : metric == Metric.Accuracy.Name && Reports[0].Samples > 0 ? WilsonInterval.Of(values[0], Reports[0].Samples)
            : null;
    }

    /// <summary>Compares this model with another one, in pairs of one run.</summary>
    /// <returns>The comparison, of this minus the other; <see langword="null"/> where a value is not finite.</returns>
    public PairedComparison? Against(Arm other, string metric) => Values(metric).Concat(other.Values(metric)).All(double.IsFinite)
        ? PairedComparison.Of(other.Values(metric), Values(metric))
        : null;

    private double[] Values(string metric) => [.. Reports.Select(report => report.Metrics.TryGetValue(metric, out double value) ? value : double.NaN)];
}
