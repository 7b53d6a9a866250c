using Microsoft.Extensions.AI;

namespace Distillation.AI;

/// <summary>
/// Several samples a text (self-consistency: Wang et al., 2023); the probability of a label is its share of the answers, with additive smoothing:
/// (n_k + α) / (V + α·C) for n_k of V answers and C labels. Samples without a well-formed answer do not count.
/// </summary>
public sealed record VoteShares : LabelProbabilities
{
    /// <summary>Gets the number of samples.</summary>
    /// <value>Two or more; the default value is 5.</value>
    public int Samples { get; init => field = Require.InRange(value, 2, int.MaxValue); } = 5;

    /// <summary>Gets the temperature of the samples, which takes the place of the labeler's.</summary>
    /// <value>Positive; the default value is 1.</value>
    public float Temperature { get; init => field = Require.Positive(value); } = 1;

    /// <summary>Gets the smoothing α.</summary>
    /// <value>Zero or positive; the default value is 0.5, the prior of Jeffreys.</value>
    public double Smoothing { get; init => field = Require.NotNegative(value); } = 0.5;

    internal override int Requests => Samples;

    internal override float? OwnTemperature => Temperature;

    internal override (double[]? Probabilities, string? Malformed) Read(TextTask task, int label, double? confidence, ChatResponse response) =>
        (Certain(task, label), null);

    internal override double[] Combine(IReadOnlyList<double[]> answers)
    {
        int labels = answers[0].Length;
        return [.. Enumerable.Range(0, labels).Select(label => (answers.Sum(answer => answer[label]) + Smoothing) / (answers.Count + (Smoothing * labels)))];
    }
}
