using System.Globalization;
using System.Text;
using Distillation.Evaluation;

namespace Distillation.SmallData;

/// <summary>What a model distillation brought, on test samples that nothing has learned from.</summary>
public sealed record ModelDistillationReport
{
    /// <summary>Gets the recipe.</summary>
    public required Recipe Recipe { get; init; }

    /// <summary>Gets the original, trained on the labeled samples alone.</summary>
    public required EvaluationReport Plain { get; init; }

    /// <summary>
    /// Gets the original, trained on the same pool with the labels of the samples it was made of; <see langword="null"/> where the recipe has no teacher that
    /// labels, or the pool no known labels.
    /// </summary>
    public EvaluationReport? Control { get; init; }

    /// <summary>Gets the original, trained by the recipe; of a recipe that is a teacher itself, that teacher.</summary>
    public required EvaluationReport Final { get; init; }

    /// <summary>Gets the simplified model.</summary>
    public required EvaluationReport Distilled { get; init; }

    /// <summary>Gets the teacher itself; <see langword="null"/> without one.</summary>
    public EvaluationReport? Teacher { get; init; }

    /// <summary>Gets whether the plain and the final model err equally often.</summary>
    /// <value><see langword="null"/> of a regression, and of several labels.</value>
    public required McNemarTest? Difference { get; init; }

    /// <summary>
    /// Gets the difference of the mean squared error of the final model and of the plain one, by sample, with its interval; of several labels that of the
    /// negative log-likelihood.
    /// </summary>
    /// <value>Negative where the final model is better; <see langword="null"/> of class ids.</value>
    public PairedComparison? ErrorDifference { get; init; }

    private const int Lines = 5;

    /// <summary>
    /// Gets for each class that has test samples, by id, how much of it the plain and the final model find. What is taken for a class wrongly,
    /// <see cref="EvaluationReport.Confusion"/> has.
    /// </summary>
    /// <value>Empty of more than 1 024 classes.</value>
    public IReadOnlyList<ClassChange> ClassChanges =>
    [
        .. Enumerable.Range(0, Plain.Confusion?.Classes ?? 0).Where(label => Plain.Confusion!.Samples(label) > 0)
            .Select(label => new ClassChange
            {
                Label = label,
                Samples = Plain.Confusion!.Samples(label),
                Before = Plain.Confusion!.Recall(label),
                After = Final.Confusion!.Recall(label),
            }),
    ];

    /// <summary>Gets how many new samples the recipe's filter kept; <see langword="null"/> without one.</summary>
    public FilterReport? Kept { get; init; }

    /// <summary>Describes the report in plain words, with the five classes that gained or lost most.</summary>
    /// <returns>Some lines.</returns>
    public string Describe()
    {
        var text = new StringBuilder();
        Line("plain original", Plain);
        Line("same pool, known labels", Control);
        Line($"original by '{Recipe.Name}'", Final);
        Line("simplified model", Distilled);
        Line("teacher itself", Teacher);
        if (Kept is not null)
        {
            text.AppendLine($"new samples: {Kept.Describe()}");
        }

        foreach (ClassChange change in ClassChanges.Where(change => change.Before != change.After)
            .OrderByDescending(change => Math.Abs(change.After - change.Before))
            .Take(Lines))
        {
            text.AppendLine(
                FormattableString.Invariant($"class {change.Label}: {100 * change.Before:0} % -> {100 * change.After:0} % of {change.Samples} samples found"));
        }

        return text.Append(Sentence()).ToString();

        void Line(string name, EvaluationReport? report)
        {
            if (report is not null)
            {
                text.AppendLine($"{name,-40} {Means(report)}");
            }
        }
    }

    /// <summary>Describes what the recipe changed, and whether that is more than chance.</summary>
    /// <returns>A sentence with the change of the accuracy, of the mean squared error, or of the negative log-likelihood, on the test samples.</returns>
    public string Sentence()
    {
        if (ErrorDifference is { } errors)
        {
            string what = Plain.Task == EvaluationTask.Regression.Name ? "mean squared error" : "negative log-likelihood";
            return string.Create(
                CultureInfo.InvariantCulture,
                $"The recipe changed the {what} by {errors.Mean:+0.####;-0.####;0} ({errors.Interval.Low:+0.####;-0.####;0} to "
                + $"{errors.Interval.High:+0.####;-0.####;0}) on {Final.Samples} samples: "
                + $"{(errors.Interval.High < 0 ? "better" : errors.Interval.Low > 0 ? "worse" : "no difference is established")}.");
        }

        double points = 100 * (Final.Accuracy - Plain.Accuracy);
        double chance = Difference?.PValue ?? 1;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"The recipe changed the accuracy by {points:+0.0;-0.0;0.0} points on {Final.Samples} samples: "
            + $"{(chance < 0.05 ? (points > 0 ? "better" : "worse") : "no difference is established")} (McNemar's p = {chance:0.###}).");
    }

    private static string Means(EvaluationReport report) => report.Task == EvaluationTask.Classification.Name
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"accuracy {100 * report.Accuracy,5:0.0} %   NLL {report.NegativeLogLikelihood:0.000}   ECE {100 * report.ExpectedCalibrationError,4:0.0} %")
        : Brief.Named(report.Metrics);

    /// <inheritdoc/>
    public override string ToString() => Brief.Of(
        nameof(ModelDistillationReport), (nameof(Recipe), Recipe.Name), (nameof(Plain), Plain), (nameof(Control), Control), (nameof(Final), Final),
        (nameof(Distilled), Distilled), (nameof(Teacher), Teacher), (nameof(Difference), Difference), (nameof(Kept), Kept));
}
