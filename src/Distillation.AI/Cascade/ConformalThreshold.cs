using System.Globalization;
using Distillation.Text;

namespace Distillation.AI;

/// <summary>
/// The lowest confidence from which a student may answer itself, such that its error rate among the texts that it answers is controlled with high probability:
/// P(P(error | confidence ≥ <see cref="Threshold"/>) ≤ <see cref="Risk"/>) ≥ <see cref="Level"/>.
/// </summary>
/// <remarks>
/// <para>
/// Learn then Test (Angelopoulos, Bates, Candès, Jordan and Lei, 2021) with exact binomial p-values: of a threshold with n answered texts and e errors,
/// p = P(Binomial(n, risk) ≤ e). The order of the tests is fixed in advance (<see cref="ThresholdTesting"/>).
/// </para>
/// <para>
/// The guarantee holds for texts that come from where the held-out ones came from, with labels of the same kind: errors are those against the labels given
/// here. The student must not have learned from these texts. After a drift of the texts it holds no longer; <see cref="DriftMonitor"/> watches for one. The
/// outer probability is over the draw of the held-out texts: of 100 cascades that are calibrated at level 0.95, about 5 may exceed the risk.
/// </para>
/// </remarks>
public sealed record ConformalThreshold
{
    /// <summary>Gets the confidence from which the student answers, in [0, 1].</summary>
    /// <value><see langword="null"/> where no threshold is certified: everything is passed on.</value>
    public required double? Threshold { get; init; }

    /// <summary>Gets the largest error rate that is accepted, in (0, 1).</summary>
    public required double Risk { get; init; }

    /// <summary>Gets the probability with which the guarantee holds, in (0, 1).</summary>
    public required double Level { get; init; }

    /// <summary>Gets how the thresholds were tested.</summary>
    public required ThresholdTesting Testing { get; init; }

    /// <summary>Gets the number of held-out texts.</summary>
    public required int Samples { get; init; }

    /// <summary>Gets the number of held-out texts that the student answers at the threshold; 0 where none is certified.</summary>
    public required int Answered { get; init; }

    /// <summary>Gets the number of wrong answers among <see cref="Answered"/>.</summary>
    public required int Errors { get; init; }

    /// <summary>
    /// Gets the number of answered texts, all right, that the test of a threshold needs at least; with errors it needs more. Fewer held-out texts than this
    /// certify no threshold.
    /// </summary>
    public required int MinimumAnswered { get; init; }

    /// <summary>Gets whether a threshold is certified.</summary>
    public bool IsCertified => Threshold is not null;

    /// <summary>Gets the share of the held-out texts that the student answers, in [0, 1].</summary>
    public double ShareAnswered => (double)Answered / Samples;

    /// <summary>Gets the share of wrong answers among <see cref="Answered"/>, in [0, 1]; NaN where none is answered.</summary>
    public double ObservedRisk => (double)Errors / Answered;

    /// <summary>Fits a threshold from confidences.</summary>
    /// <param name="confidences">The student's confidence for each held-out text, in [0, 1]; at least one.</param>
    /// <param name="correct">Whether the student's label is the right one, for each text.</param>
    /// <param name="options">The risk and the level; defaults if not given.</param>
    /// <returns>The threshold, or that none is certified.</returns>
    /// <exception cref="ArgumentException">There is no text, or the two lists differ in length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A confidence is not in [0, 1].</exception>
    public static ConformalThreshold Fit(IReadOnlyList<double> confidences, IReadOnlyList<bool> correct, ConformalThresholdOptions? options = null)
    {
        Require.Present(confidences);
        Require.Present(correct);
        if (confidences.Count == 0 || confidences.Count != correct.Count)
        {
            throw new ArgumentException(
                $"There must be as many outcomes as confidences, at least one, but there are {correct.Count} and {confidences.Count}.", nameof(correct));
        }

        foreach (double confidence in confidences)
        {
            Require.InRange(confidence, 0, 1, nameof(confidences));
        }

        return ThresholdSearch.Run([.. confidences], [.. correct], options ?? new());
    }

    /// <summary>Fits a threshold from predictions.</summary>
    /// <param name="predictions">The student's prediction for each held-out text; at least one.</param>
    /// <param name="labels">The right label of each text.</param>
    /// <param name="options">The risk and the level; defaults if not given.</param>
    /// <returns>The threshold, or that none is certified.</returns>
    /// <exception cref="ArgumentException">There is no text, or the two lists differ in length.</exception>
    public static ConformalThreshold FitPredictions(
        IReadOnlyList<TextPrediction> predictions, IReadOnlyList<string> labels, ConformalThresholdOptions? options = null)
    {
        Require.Present(predictions);
        Require.Present(labels);
        if (predictions.Count != labels.Count)
        {
            throw new ArgumentException(
                $"There must be one label for each prediction, but there are {labels.Count} and {predictions.Count}.", nameof(labels));
        }

        return Fit(
            [.. predictions.Select(one => one.Probability)],
            [.. predictions.Zip(labels, (one, label) => string.Equals(one.Label, label, StringComparison.Ordinal))],
            options);
    }

    /// <summary>Fits a threshold for a classifier.</summary>
    /// <param name="student">The classifier, which did not learn from the texts.</param>
    /// <param name="heldOut">Texts with their right labels; at least one.</param>
    /// <param name="options">The risk and the level; defaults if not given.</param>
    /// <returns>The threshold, or that none is certified.</returns>
    /// <exception cref="ArgumentException">There is no text, or a label is none of the classifier's.</exception>
    public static ConformalThreshold FitClassifier(
        ITextClassifier student, IReadOnlyList<LabeledText> heldOut, ConformalThresholdOptions? options = null)
    {
        Require.Present(student);
        Require.Positive(Require.Present(heldOut).Count, nameof(heldOut));
        if (heldOut.FirstOrDefault(one => !student.Labels.Contains(one.Label, StringComparer.Ordinal)) is { } unknown)
        {
            throw new ArgumentException(
                $"All labels must be among those of the student ({string.Join(", ", student.Labels)}), but one is '{unknown.Label}'.", nameof(heldOut));
        }

        return FitPredictions(student.Classify([.. heldOut.Select(one => one.Text)]), [.. heldOut.Select(one => one.Label)], options);
    }

    /// <summary>Returns whether the student answers a text itself.</summary>
    /// <param name="prediction">The student's prediction.</param>
    /// <returns><see langword="true"/> if its probability is at least the threshold; never where none is certified.</returns>
    public bool Accepts(TextPrediction prediction) => Require.Present(prediction).Probability >= Threshold;

    /// <summary>Describes what is guaranteed.</summary>
    /// <returns>A few lines, with 4 significant digits.</returns>
    public string Describe()
    {
        string goal = string.Create(
            CultureInfo.InvariantCulture, $"an error rate of at most {100 * Risk:G4} % among answered texts, at level {100 * Level:G4} %");
        if (Threshold is not { } threshold)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"No threshold is certified for {goal}: everything is passed on. "
                + $"The {Samples} held-out texts do not suffice, or the student errs too often.")
                + Environment.NewLine
                + string.Create(
                    CultureInfo.InvariantCulture, $"A test needs at least {MinimumAnswered} answered texts without an error, and more with errors.");
        }

        string assumption = Testing == ThresholdTesting.FixedSequence
            ? "It assumes that a higher confidence does not have a higher error rate, and texts like the held-out ones."
            : "It assumes texts like the held-out ones.";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"From confidence {threshold:G4} the student answers: {goal}.{Environment.NewLine}"
            + $"It answers {Answered} of {Samples} held-out texts ({100 * ShareAnswered:G4} %) with {Errors} errors ({100 * ObservedRisk:G4} %).")
            + Environment.NewLine + assumption;
    }

    /// <inheritdoc/>
    public override string ToString() => Describe();
}
