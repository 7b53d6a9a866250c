namespace Distillation.Text;

/// <summary>Assigns one of several labels to texts.</summary>
/// <remarks>An instance may be used by several threads at a time.</remarks>
public interface ITextClassifier
{
    /// <summary>Gets the names of the labels, in the order of the probabilities.</summary>
    IReadOnlyList<string> Labels { get; }

    /// <summary>Classifies texts.</summary>
    /// <param name="texts">The texts, in any number.</param>
    /// <returns>A prediction for each text, in their order.</returns>
    IReadOnlyList<TextPrediction> Classify(IReadOnlyList<string> texts);
}
