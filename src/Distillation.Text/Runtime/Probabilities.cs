namespace Distillation.Text;

/// <summary>Turns logits into probabilities.</summary>
internal static class Probabilities
{
    /// <summary>Computes the probabilities of some logits, in double precision, and which is the largest.</summary>
    public static (int Best, double[] All) Of(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int label = 1; label < logits.Length; label++)
        {
            best = logits[label] > logits[best] ? label : best;
        }

        double sum = 0;
        var probabilities = new double[logits.Length];
        for (int label = 0; label < logits.Length; label++)
        {
            sum += probabilities[label] = Math.Exp((double)logits[label] - logits[best]);
        }

        for (int label = 0; label < logits.Length; label++)
        {
            probabilities[label] /= sum;
        }

        return (best, probabilities);
    }
}
