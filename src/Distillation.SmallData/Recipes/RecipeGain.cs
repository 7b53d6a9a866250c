using System.Globalization;
using Distillation.Evaluation;

namespace Distillation.SmallData;

/// <summary>How much better one candidate is than another on held-out samples, by accuracy and by likelihood.</summary>
/// <remarks>An interval that lies above zero establishes a gain; one that holds zero establishes nothing, whatever the mean.</remarks>
public sealed record RecipeGain
{
    /// <summary>Gets the task.</summary>
    /// <value>The default value is <see cref="EvaluationTask.Classification"/>.</value>
    public EvaluationTask Task { get; init => field = TaskRules.Of(value).Task; } = EvaluationTask.Classification;

    /// <summary>
    /// Gets the accuracy that is gained, as a share: 0.02 is two points. Of a regression it is R², and of several labels the share of labels that are right.
    /// </summary>
    public required double Accuracy { get; init; }

    /// <summary>Gets the interval of the accuracy that is gained.</summary>
    public required Interval AccuracyInterval { get; init; }

    /// <summary>Gets by how much the negative log-likelihood falls, in nats a sample.</summary>
    /// <value>Positive where the candidate is better.</value>
    public required double Likelihood { get; init; }

    /// <summary>Gets the interval of the fall of the negative log-likelihood.</summary>
    public required Interval LikelihoodInterval { get; init; }

    /// <summary>Gets whether a gain of accuracy is established.</summary>
    public bool IsMoreAccurate => AccuracyInterval.Low > 0;

    /// <summary>Gets whether a gain of likelihood is established.</summary>
    public bool IsMoreLikely => LikelihoodInterval.Low > 0;

    /// <summary>Gets whether one of both gains is established, and the other is not established to be a loss.</summary>
    public bool IsEstablished => (IsMoreAccurate && LikelihoodInterval.High >= 0) || (IsMoreLikely && AccuracyInterval.High >= 0);

    /// <summary>Describes the gain.</summary>
    /// <returns>A line.</returns>
    public string Describe() => Accuracies() + string.Create(
        CultureInfo.InvariantCulture,
        $", NLL {-Likelihood:+0.000;-0.000;0.000} ({-LikelihoodInterval.High:+0.000;-0.000;0.000} to {-LikelihoodInterval.Low:+0.000;-0.000;0.000})");

    /// <inheritdoc/>
    public override string ToString() => Brief.Of(
        nameof(RecipeGain),
        (nameof(Accuracy), Accuracy),
        (nameof(AccuracyInterval), AccuracyInterval),
        (nameof(Likelihood), Likelihood),
        (nameof(LikelihoodInterval), LikelihoodInterval));

    private string Accuracies() => TaskRules.Of(Task).IsRegression
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"R² {Accuracy:+0.000;-0.000;0.000} ({AccuracyInterval.Low:+0.000;-0.000;0.000} to {AccuracyInterval.High:+0.000;-0.000;0.000})")
        : string.Create(
            CultureInfo.InvariantCulture,
            $"accuracy {100 * Accuracy:+0.0;-0.0;0.0} points ({100 * AccuracyInterval.Low:+0.0;-0.0;0.0} to {100 * AccuracyInterval.High:+0.0;-0.0;0.0})");
}
