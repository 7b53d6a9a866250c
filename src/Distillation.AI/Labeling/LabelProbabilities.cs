using Microsoft.Extensions.AI;

namespace Distillation.AI;

/// <summary>
/// How the probabilities of labels are obtained from a model: not at all (<see cref="SingleAnswer"/>), from the log-probabilities of tokens
/// (<see cref="TokenLogProbabilities"/>), as shares of repeated samples (<see cref="VoteShares"/>), or as the model states them
/// (<see cref="StatedConfidence"/>).
/// </summary>
public abstract record LabelProbabilities
{
    private protected LabelProbabilities()
    {
    }

    /// <summary>Gets how many requests are sent for each text.</summary>
    internal virtual int Requests => 1;

    /// <summary>Gets the temperature that takes the place of the labeler's.</summary>
    internal virtual float? OwnTemperature => null;

    /// <summary>Gets whether the answer has a confidence.</summary>
    internal virtual bool StatesConfidence => false;

    /// <summary>Returns the probability of each label, or why the answer has none.</summary>
    /// <param name="task">The task.</param>
    /// <param name="label">The place of the answered label.</param>
    /// <param name="confidence">The confidence that the answer states, if there is one.</param>
    /// <param name="response">The response.</param>
    internal abstract (double[]? Probabilities, string? Malformed) Read(TextTask task, int label, double? confidence, ChatResponse response);

    /// <summary>Combines the answers of one text.</summary>
    internal virtual double[] Combine(IReadOnlyList<double[]> answers) => answers[0];

    private protected static double[] Certain(TextTask task, int label)
    {
        double[] probabilities = new double[task.Labels.Count];
        probabilities[label] = 1;
        return probabilities;
    }
}
