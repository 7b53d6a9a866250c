using System.Text;
using Distillation.Evaluation;

namespace Distillation.SmallData;

/// <summary>What one model distillation brought with several seeds: the same labeled samples, other weights, orders and new samples.</summary>
/// <remarks>
/// Its intervals separate the recipe from the randomness of training. They do not cover other labeled samples: for that, take other
/// samples for each run, and a <see cref="PairedComparison"/>.
/// </remarks>
public sealed record RepeatedDistillationReport
{
    /// <summary>Gets the report of each seed.</summary>
    public required IReadOnlyList<ModelDistillationReport> Runs { get; init; }

    private static readonly Metric[] MetricsOfClasses =
        [Metric.Accuracy, Metric.NegativeLogLikelihood, Metric.BrierScore, Metric.ExpectedCalibrationError];

    /// <summary>Compares the final model with the plain original, in pairs of one seed.</summary>
    /// <param name="metric">What is compared.</param>
    /// <returns>The comparison.</returns>
    public PairedComparison AgainstPlain(Metric metric) => Compare(metric, run => run.Plain);

    /// <summary>Compares the final model with the control, in pairs of one seed.</summary>
    /// <param name="metric">What is compared.</param>
    /// <returns>The comparison; <see langword="null"/> where the recipe has no control.</returns>
    public PairedComparison? AgainstControl(Metric metric) => Runs.All(run => run.Control is not null) ? Compare(metric, run => run.Control!) : null;

    /// <summary>Describes in plain words what the recipe changed, and which part of that is the teacher's.</summary>
    /// <returns>
    /// Some lines: accuracy, likelihood, Brier score and calibration error; of a regression and of several labels all metrics of the task. One that is not
    /// finite in each run is left out.
    /// </returns>
    public string Describe()
    {
        var text = new StringBuilder();
        EvaluationTask? other = new[] { EvaluationTask.Regression, EvaluationTask.MultiLabel }.FirstOrDefault(task => task.Name == Runs[0].Final.Task);
        foreach (Metric metric in (other?.Metrics ?? MetricsOfClasses).Where(IsFinite))
        {
            text.AppendLine(Sentence(metric, AgainstPlain(metric), "against the plain original"));
            if (AgainstControl(metric) is { } control)
            {
                text.AppendLine(Sentence(metric, control, "against the same pool with known labels"));
            }
        }

        return text.ToString().TrimEnd();
    }

    private static string Sentence(Metric metric, PairedComparison comparison, string against) => metric.Name == Metric.Accuracy.Name
        ? comparison.Describe($"{metric.Name} {against}", metric.HigherIsBetter, " points", 100)
        : comparison.Describe($"{metric.Name} {against}", metric.HigherIsBetter);

    private bool IsFinite(Metric metric) =>
        Runs.All(run => new[] { run.Plain, run.Control, run.Final }.OfType<EvaluationReport>().All(report => double.IsFinite(report[metric])));

    private PairedComparison Compare(Metric metric, Func<ModelDistillationReport, EvaluationReport> first) =>
        PairedComparison.Of([.. Runs.Select(run => first(run)[metric])], [.. Runs.Select(run => run.Final[metric])]);

    /// <inheritdoc/>
    public override string ToString() => Brief.Of(nameof(RepeatedDistillationReport), (nameof(Runs), Runs));
}
