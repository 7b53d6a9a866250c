namespace Distillation.AI;

/// <summary>A linear map of log-probabilities to logits, x → W x + b.</summary>
/// <param name="Weights">W, [C, C].</param>
/// <param name="Offsets">b, [C].</param>
internal sealed record CalibrationMap(double[][] Weights, double[] Offsets)
{
    /// <summary>Creates a map that looks at each label alone.</summary>
    public static CalibrationMap Diagonal(IReadOnlyList<double> scales, double[] offsets) => new(
        [.. scales.Select((scale, label) => Enumerable.Range(0, scales.Count).Select(column => column == label ? scale : 0).ToArray())], offsets);

    /// <summary>Returns softmax(W x + b).</summary>
    public double[] Apply(double[] row)
    {
        double[] logits = [.. Weights.Select((weights, label) => Offsets[label] + weights.Zip(row, (weight, value) => weight * value).Sum())];
        double largest = logits.Max();
        double[] exponentials = [.. logits.Select(logit => Math.Exp(logit - largest))];
        double sum = exponentials.Sum();
        return [.. exponentials.Select(exponential => exponential / sum)];
    }
}
