using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Distillation;

/// <summary>How well a classifier does on labeled data. Numbers only: it may be kept.</summary>
public sealed record EvaluationReport
{
    /// <summary>Gets the number of samples.</summary>
    public required long Samples { get; init; }

    /// <summary>Gets the share of samples whose label has the largest logit.</summary>
    /// <value>In [0, 1].</value>
    public required double Accuracy { get; init; }

    /// <summary>Gets the mean of −log p(label), in nats; of labels that are probabilities, the cross entropy.</summary>
    /// <value>Zero or positive; infinite where a label has probability zero.</value>
    public required double NegativeLogLikelihood { get; init; }

    /// <summary>Gets the mean over samples of Σ_c (p_c − y_c)², the sum over all classes (Brier, 1950).</summary>
    /// <value>In [0, 2].</value>
    public required double BrierScore { get; init; }

    /// <summary>
    /// Gets the expected calibration error: Σ_b (n_b/N) · |accuracy_b − confidence_b| over 15 bins of equal width of the largest probability, each (low, high]
    /// (Guo et al., 2017).
    /// </summary>
    /// <value>In [0, 1].</value>
    public required double ExpectedCalibrationError { get; init; }

    /// <summary>Gets the mean of F1 over the classes that occur among labels or predictions.</summary>
    /// <value>In [0, 1].</value>
    public required double MacroF1 { get; init; }

    /// <summary>Gets how often each class was taken for each class.</summary>
    public required ConfusionMatrix Confusion { get; init; }

    /// <summary>Gets how many samples have their label at each rank: at index k, those whose label is beaten by exactly k classes.</summary>
    [JsonInclude]
    [JsonRequired]
    internal ImmutableArray<long> Ranks { get; init; }

    /// <summary>Returns the share of samples whose label is among the k largest logits.</summary>
    /// <param name="k">How many count, positive; more than there are classes count as all.</param>
    /// <returns>In [0, 1]. A class beats the label if its logit is larger, or as large and its number smaller.</returns>
    public double TopK(int k) => (double)Ranks.Take(Require.Positive(k)).Sum() / Samples;

    /// <inheritdoc/>
    public bool Equals(EvaluationReport? other) =>
        other is not null && Samples == other.Samples && Accuracy.Equals(other.Accuracy) && NegativeLogLikelihood.Equals(other.NegativeLogLikelihood)
        && BrierScore.Equals(other.BrierScore) && ExpectedCalibrationError.Equals(other.ExpectedCalibrationError) && MacroF1.Equals(other.MacroF1)
        && Confusion.Equals(other.Confusion) && Ranks.SequenceEqual(other.Ranks);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Samples, Accuracy, NegativeLogLikelihood, BrierScore, ExpectedCalibrationError, MacroF1, Confusion);

    /// <inheritdoc/>
    public override string ToString() => Brief.Of(
        nameof(EvaluationReport),
        (nameof(Samples), Samples),
        (nameof(Accuracy), Accuracy),
        (nameof(NegativeLogLikelihood), NegativeLogLikelihood),
        (nameof(BrierScore), BrierScore),
        (nameof(ExpectedCalibrationError), ExpectedCalibrationError),
        (nameof(MacroF1), MacroF1),
        (nameof(Confusion), Confusion));
}
