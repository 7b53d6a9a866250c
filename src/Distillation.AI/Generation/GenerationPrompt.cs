using System.Globalization;
using System.Text;
using System.Text.Json;
using Distillation.Text;
using Microsoft.Extensions.AI;

namespace Distillation.AI;

/// <summary>Prompts for new texts, and the form of their answers.</summary>
internal sealed class GenerationPrompt(TextTask task, ChatTextGeneratorOptions options)
{
    private const string Form = "{\"texts\": [\"…\", \"…\"]}";

    private readonly ChatMessage _instructions = new(ChatRole.System, Instructions(task, options.Requests.Redacted));

    public static string Reminder => $"That is not an answer of the required form. Answer with JSON alone: {Form}.";

    public static ChatResponseFormat Format { get; } = ChatResponseFormat.ForJsonSchema(Schema(), "texts", "The new texts.");

    /// <summary>Returns the messages of a request; what is drawn follows from the seed, the label and the number of the request alone.</summary>
    public IReadOnlyList<ChatMessage> For(int label, int number, IReadOnlyList<LabeledText> originals)
    {
        var draws = new SeededDraws(options.Seed, string.Create(CultureInfo.InvariantCulture, $"request {label} {number}"));
        string name = task.Labels[label].Name;
        var words = new StringBuilder();
        words.Append(CultureInfo.InvariantCulture, $"Write {options.TextsPerRequest} new texts of the label \"{name}\". ");
        if (draws.Below(1_000_000) < options.HardShare * 1_000_000)
        {
            int other = (label + 1 + draws.Below(task.Labels.Count - 1)) % task.Labels.Count;
            words.Append(
                CultureInfo.InvariantCulture, $"They resemble texts of the label \"{task.Labels[other].Name}\" in topic and words, but are of \"{name}\". ");
        }

        words.Append("Each differs from the others in content.\n");
        AppendOriginals(words, [.. originals.Where(original => original.Label == name)], draws);
        AppendProperties(words, draws);
        return [_instructions, new(ChatRole.User, words.ToString())];
    }

    /// <summary>Reads the texts of an answer; <see langword="null"/> if it is malformed.</summary>
    public static IReadOnlyList<string>? Read(string answer)
    {
        try
        {
            using JsonDocument document = Json.Read(answer);
            JsonElement list = document.RootElement;
            if (list.ValueKind == JsonValueKind.Object && !list.TryGetProperty("texts", out list))
            {
                return null;
            }

            return list.ValueKind != JsonValueKind.Array || list.EnumerateArray().Any(text => text.ValueKind != JsonValueKind.String)
                ? null
                : [.. list.EnumerateArray().Select(text => text.GetString()!.Trim()).Where(text => text.Length > 0)];
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Instructions(TextTask task, Func<string, string> redact)
    {
        var words = new StringBuilder("You write texts from which a classifier learns this task:\n").Append(redact(task.Description)).Append("\n\nLabels:\n");
        foreach (TextLabel label in task.Labels)
        {
            words.Append("- ").Append(label.Name).Append(label.Definition is null ? "" : $": {redact(label.Definition)}").Append('\n');
        }

        return words.Append("\nA text never names its label as such. Answer with JSON alone: ").Append(Form).Append('.').ToString();
    }

    private void AppendOriginals(StringBuilder words, LabeledText[] originals, SeededDraws draws)
    {
        int[] shown = [.. draws.Shuffled(originals.Length).Take(options.OriginalsPerRequest)];
        if (shown.Length == 0)
        {
            return;
        }

        words.Append("Real texts of the label, whose tone counts and which must not be copied:\n");
        foreach (int index in shown)
        {
            words.Append(Json.Of(json => json.WriteStringValue(options.Requests.Redacted(originals[index].Text)))).Append('\n');
        }
    }

    private void AppendProperties(StringBuilder words, SeededDraws draws)
    {
        if (options.Properties.Count == 0)
        {
            return;
        }

        words.Append("Properties of the texts:\n");
        for (int text = 1; text <= options.TextsPerRequest; text++)
        {
            words.Append(CultureInfo.InvariantCulture, $"{text}. ")
                .AppendJoin("; ", options.Properties.Select(property => $"{property.Name}: {draws.Of(property.Values)}")).Append('\n');
        }
    }

    private static JsonElement Schema()
    {
        using var document = JsonDocument.Parse("""
            {
              "type": "object",
              "properties": { "texts": { "type": "array", "items": { "type": "string" } } },
              "required": ["texts"],
              "additionalProperties": false
            }
            """);
        return document.RootElement.Clone();
    }
}
