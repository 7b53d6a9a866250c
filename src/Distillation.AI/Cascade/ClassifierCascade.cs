using Distillation.Text;

namespace Distillation.AI;

/// <summary>Two classifiers in a row: the student answers where it is confident enough, and passes the other texts on to a second classifier.</summary>
/// <remarks>An instance may be used by several threads at a time, as its classifiers may.</remarks>
public sealed class ClassifierCascade : ITextClassifier
{
    private readonly ITextClassifier _student;
    private readonly ITextClassifier _fallback;

    /// <summary>Combines two classifiers.</summary>
    /// <param name="student">The classifier, which receives all texts first.</param>
    /// <param name="fallback">The classifier of the texts that are passed on, with the same labels in the same order.</param>
    /// <param name="threshold">
    /// The confidence from which the student answers, in [0, 1], such as that of a <see cref="ConformalThreshold"/>; where <see langword="null"/>, everything
    /// is passed on.
    /// </param>
    /// <exception cref="ArgumentException">The labels differ.</exception>
    public ClassifierCascade(ITextClassifier student, ITextClassifier fallback, double? threshold)
    {
        _student = Require.Present(student);
        _fallback = Require.Present(fallback);
        Threshold = threshold is { } given ? Require.InRange(given, 0, 1, nameof(threshold)) : null;
        if (!student.Labels.SequenceEqual(fallback.Labels, StringComparer.Ordinal))
        {
            throw new ArgumentException(
                $"Both classifiers must have the same labels in the same order, but have [{string.Join(", ", student.Labels)}] and "
                + $"[{string.Join(", ", fallback.Labels)}].",
                nameof(fallback));
        }
    }

    /// <summary>Gets the confidence from which the student answers.</summary>
    /// <value><see langword="null"/> where everything is passed on.</value>
    public double? Threshold { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Labels => _student.Labels;

    /// <inheritdoc/>
    public IReadOnlyList<TextPrediction> Classify(IReadOnlyList<string> texts)
    {
        TextPrediction[] predictions = [.. _student.Classify(Require.Present(texts))];
        int[] passedOn = [.. Enumerable.Range(0, predictions.Length).Where(place => !(predictions[place].Probability >= Threshold))];
        if (passedOn.Length > 0)
        {
            IReadOnlyList<TextPrediction> answers = _fallback.Classify([.. passedOn.Select(place => texts[place])]);
            for (int i = 0; i < passedOn.Length; i++)
            {
                predictions[passedOn[i]] = answers[i];
            }
        }

        return predictions;
    }
}
