using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Distillation.AI;

/// <summary>Reads answers of a labeling task.</summary>
internal static class LabelAnswer
{
    public static ParsedAnswer Parse(TextTask task, LabelProbabilities mode, ChatResponse response)
    {
        (string? name, double? confidence, string? malformed) = Read(response);
        if (name is null)
        {
            return new() { Malformed = malformed };
        }

        int label = task.IndexOf(name);
        if (label < 0)
        {
            return new() { Malformed = $"The answer has the label '{name}', which is not one of {string.Join(", ", task.Names)}." };
        }

        (double[]? probabilities, malformed) = mode.Read(task, label, confidence, response);
        return probabilities is null
            ? new() { Malformed = malformed }
            : new()
            {
                Label = task.Labels[label].Name,
                Probabilities = probabilities.Index().ToDictionary(one => task.Labels[one.Index].Name, one => one.Item),
            };
    }

    private static (string? Label, double? Confidence, string? Malformed) Read(ChatResponse response)
    {
        string why = response.FinishReason is { } reason && reason != ChatFinishReason.Stop ? $" It ended because of {reason.Value}." : "";
        try
        {
            using JsonDocument document = Json.Read(response.Text);
            if (document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("label", out JsonElement label) && label.ValueKind == JsonValueKind.String)
            {
                bool stated = document.RootElement.TryGetProperty("confidence", out JsonElement confidence) && confidence.ValueKind == JsonValueKind.Number;
                return (label.GetString(), stated ? confidence.GetDouble() : null, null);
            }
        }
        catch (JsonException)
        {
            return (null, null, $"The answer is not JSON.{why}");
        }

        return (null, null, $"The answer has no text 'label'.{why}");
    }
}
