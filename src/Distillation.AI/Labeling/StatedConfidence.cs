using Microsoft.Extensions.AI;

namespace Distillation.AI;

/// <summary>
/// One request a text, whose answer states a confidence p of its label; the other C − 1 labels have (1 − p) / (C − 1) each. A confidence below 1/C counts as
/// 1/C.
/// </summary>
/// <remarks>Models state round numbers, and are surer than right: see <see cref="LabelCalibration"/>.</remarks>
public sealed record StatedConfidence : LabelProbabilities
{
    internal override bool StatesConfidence => true;

    internal override (double[]? Probabilities, string? Malformed) Read(TextTask task, int label, double? confidence, ChatResponse response)
    {
        if (confidence is not (>= 0 and <= 1))
        {
            return (null, "The answer has no confidence in [0, 1].");
        }

        int labels = task.Labels.Count;
        double stated = Math.Max(confidence.Value, 1.0 / labels);
        double[] probabilities = new double[labels];
        Array.Fill(probabilities, (1 - stated) / (labels - 1));
        probabilities[label] = stated;
        return (probabilities, null);
    }
}
