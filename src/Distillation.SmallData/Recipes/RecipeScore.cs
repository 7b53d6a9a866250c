using System.Globalization;

namespace Distillation.SmallData;

/// <summary>How a candidate of a search did on held-out samples.</summary>
public sealed record RecipeScore
{
    /// <summary>Gets the recipe.</summary>
    public required Recipe Recipe { get; init; }

    /// <summary>
    /// Gets a report for each held-out part, in the order in which all candidates saw them. Logits of networks are divided by a temperature that was fitted on
    /// the other parts.
    /// </summary>
    public required IReadOnlyList<EvaluationReport> Reports { get; init; }

    /// <summary>Gets the mean of the metric of the search over the parts.</summary>
    public required double Mean { get; init; }

    /// <summary>Gets the mean accuracy on held-out samples; of a regression R², of several labels the share of labels that are right.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Gets the mean negative log-likelihood on held-out samples.</summary>
    public required double NegativeLogLikelihood { get; init; }

    /// <summary>Gets the temperature that calibrates the model: by it the logits are divided, as <see cref="Models.ScaledTeacher"/> does.</summary>
    /// <value>Fitted on all held-out samples. 1 of a teacher, which its fitter has calibrated.</value>
    public required double Temperature { get; init; }

    /// <summary>Gets what the candidate gains over the plain original, tuned and calibrated; its intervals hold for all candidates at once.</summary>
    public required RecipeGain Gain { get; init; }

    /// <summary>Gets what the candidate gains over the class frequencies alone; its intervals hold for all candidates at once.</summary>
    public required RecipeGain GainOverChance { get; init; }

    /// <summary>Gets what the teacher's labels gain over the known labels of the same samples: the teacher's share of the gain.</summary>
    /// <value><see langword="null"/> of a recipe without a teacher that labels, or whose new samples have no known labels.</value>
    public RecipeGain? GainOverControl { get; init; }

    /// <summary>Describes the score.</summary>
    /// <returns>A line, with the gain over the plain original.</returns>
    public string Describe() => $"{Means()}; against plain: {Gain.Describe()}";

    /// <summary>Returns the name and the means, as the task calls them.</summary>
    internal string Means() => TaskRules.Of(Gain.Task).IsRegression
        ? string.Create(CultureInfo.InvariantCulture, $"{Recipe.Name}: R² {Accuracy:0.000}, NLL {NegativeLogLikelihood:0.000}")
        : string.Create(CultureInfo.InvariantCulture, $"{Recipe.Name}: accuracy {100 * Accuracy:0.0} %, NLL {NegativeLogLikelihood:0.000}");

    /// <inheritdoc/>
    public override string ToString() => Brief.Of(
        nameof(RecipeScore),
        (nameof(Recipe), Recipe.Name),
        (nameof(Mean), Mean),
        (nameof(Accuracy), Accuracy),
        (nameof(NegativeLogLikelihood), NegativeLogLikelihood),
        (nameof(Temperature), Temperature),
        (nameof(Reports), Reports));
}
