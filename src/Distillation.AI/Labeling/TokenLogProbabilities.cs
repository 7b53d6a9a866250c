using Microsoft.Extensions.AI;

namespace Distillation.AI;

/// <summary>
/// One request a text, whose response has the log-probabilities of its tokens. Each provider has them in a form of its own: a function reads them from
/// <see cref="ChatResponse.RawRepresentation"/>. Labels that it leaves out share what is left of 1; then all are divided by their sum.
/// </summary>
/// <remarks>The request switches them on by <see cref="ChatOptions.RawRepresentationFactory"/> of <see cref="ChatRequestOptions.Chat"/>.</remarks>
public sealed record TokenLogProbabilities : LabelProbabilities
{
    /// <summary>
    /// Gets the function that returns the natural log-probability of labels by their names; <see langword="null"/>, or no label, where the response has none,
    /// which counts as a malformed answer.
    /// </summary>
    public required Func<ChatResponse, IReadOnlyDictionary<string, double>?> Reader { get; init => field = Require.Present(value); }

    internal override (double[]? Probabilities, string? Malformed) Read(TextTask task, int label, double? confidence, ChatResponse response)
    {
        double?[] known = new double?[task.Labels.Count];
        foreach ((string name, double logarithm) in Reader(response) ?? new Dictionary<string, double>())
        {
            int index = task.IndexOf(name);
            if (index < 0 || double.IsNaN(logarithm) || logarithm > 1e-3)
            {
                return (null, FormattableString.Invariant($"The log-probability {logarithm} of '{name}' is not one of a label."));
            }

            known[index] = (known[index] ?? 0) + Math.Exp(logarithm);
        }

        double sum = known.Sum() ?? 0;
        if (sum <= 0)
        {
            return (null, "The response has no log-probabilities of labels.");
        }

        double left = Math.Max(0, 1 - sum) / Math.Max(1, known.Count(one => one is null));
        double total = known.Sum(one => one ?? left);
        return ([.. known.Select(one => (one ?? left) / total)], null);
    }
}
