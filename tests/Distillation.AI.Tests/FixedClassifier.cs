using Distillation.Text;

namespace Distillation.AI.Tests;

/// <summary>A classifier that a function of the text stands for.</summary>
internal sealed class FixedClassifier(IReadOnlyList<string> labels, Func<string, (string Label, double Probability)> classify) : ITextClassifier
{
    public IReadOnlyList<string> Labels => labels;

    public static TextPrediction Prediction(string label, double probability) =>
        new() { Label = label, Probability = probability, Probabilities = [probability, 1 - probability] };

    public IReadOnlyList<TextPrediction> Classify(IReadOnlyList<string> texts) =>
    [
        .. texts.Select(text =>
        {
            (string label, double probability) = classify(text);
            double rest = (1 - probability) / (labels.Count - 1);
            return new TextPrediction
            {
                Label = label, Probability = probability, Probabilities = [.. labels.Select(one => one == label ? probability : rest)],
            };
        }),
    ];
}
