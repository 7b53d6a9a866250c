using System.Globalization;
using System.Text;
using Distillation.Evaluation;

namespace Distillation.SmallData;

/// <summary>What a model distillation brought, on test samples that nothing has learned from.</summary>
/// <param name="Recipe">The recipe.</param>
/// <param name="Plain">The original, trained on the labeled samples alone.</param>
/// <param name="Control">
/// The original, trained on the same pool with the labels of the samples it was made of; <see langword="null"/> where the recipe has no teacher that labels, or
/// the pool no known labels.
/// </param>
/// <param name="Final">The original, trained by the recipe; of a recipe that is a teacher itself, that teacher.</param>
/// <param name="Distilled">The simplified model.</param>
/// <param name="Teacher">The teacher itself; <see langword="null"/> without one.</param>
/// <param name="Difference">Whether the plain and the final model err equally often.</param>
public sealed record ModelDistillationReport(
    Recipe Recipe,
    EvaluationReport Plain,
    EvaluationReport? Control,
    EvaluationReport Final,
    EvaluationReport Distilled,
    EvaluationReport? Teacher,
    McNemarTest Difference)
{
    private const int Lines = 5;

    /// <summary>
    /// Gets for each class that has test samples, by id, how much of it the plain and the final model find. What is taken for a class wrongly,
    /// <see cref="EvaluationReport.Confusion"/> tells.
    /// </summary>
    public IReadOnlyList<ClassChange> ClassChanges =>
    [
        .. Enumerable.Range(0, Plain.Confusion.Classes).Where(label => Plain.Confusion.Samples(label) > 0)
            .Select(label => new ClassChange(label, Plain.Confusion.Samples(label), Plain.Confusion.Recall(label), Final.Confusion.Recall(label))),
    ];

    /// <summary>Gets how many new samples the recipe's filter kept; <see langword="null"/> without one.</summary>
    public FilterReport? Kept { get; init; }

    /// <summary>Says the report in plain words, with the five classes that gained or lost most.</summary>
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

        double points = 100 * (Final.Accuracy - Plain.Accuracy);
        return text.Append(string.Create(
            CultureInfo.InvariantCulture,
            $"The recipe changed the accuracy by {points:+0.0;-0.0;0.0} points on {Final.Samples} samples: "
            + $"{(Difference.PValue < 0.05 ? (points > 0 ? "better" : "worse") : "no difference is established")} (McNemar's p = {Difference.PValue:0.###})."))
            .ToString();

        void Line(string name, EvaluationReport? report)
        {
            if (report is not null)
            {
                text.AppendLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name,-40} accuracy {100 * report.Accuracy,5:0.0} %   NLL {report.NegativeLogLikelihood:0.000}   "
                    + $"ECE {100 * report.ExpectedCalibrationError,4:0.0} %"));
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Brief.Of(
        nameof(ModelDistillationReport), (nameof(Recipe), Recipe.Name), (nameof(Plain), Plain), (nameof(Control), Control), (nameof(Final), Final),
        (nameof(Distilled), Distilled), (nameof(Teacher), Teacher), (nameof(Difference), Difference), (nameof(Kept), Kept));
}
