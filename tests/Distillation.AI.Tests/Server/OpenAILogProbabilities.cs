using Microsoft.Extensions.AI;
using OpenAI.Chat;

namespace Distillation.AI.Tests;

/// <summary>
/// Reads the log-probabilities of labels from a response of the OpenAI library: those of the token with which the label begins. A token is that of a label if
/// the label begins with it, and no other does.
/// </summary>
internal static class OpenAILogProbabilities
{
    public static ChatOptions Requested { get; } = new()
    {
        RawRepresentationFactory = _ => new ChatCompletionOptions { IncludeLogProbabilities = true, TopLogProbabilityCount = 5 },
    };

    public static IReadOnlyDictionary<string, double>? Read(Microsoft.Extensions.AI.ChatResponse response, IReadOnlyList<string> labels)
    {
        if (response.RawRepresentation is not ChatCompletion { ContentTokenLogProbabilities: { Count: > 0 } tokens })
        {
            return null;
        }

        string before = "";
        foreach (ChatTokenLogProbabilityDetails token in tokens)
        {
            if (before.EndsWith(": \"", StringComparison.Ordinal))
            {
                return token.TopLogProbabilities
                    .Select(top => (Labels: Beginning(labels, top.Token), top.LogProbability))
                    .Where(top => top.Labels.Length == 1)
                    .ToDictionary(top => top.Labels[0], top => (double)top.LogProbability);
            }

            before += token.Token;
        }

        return null;
    }

    private static string[] Beginning(IReadOnlyList<string> labels, string token) =>
        [.. labels.Where(label => token.Length > 0 && label.StartsWith(token, StringComparison.Ordinal))];
}
