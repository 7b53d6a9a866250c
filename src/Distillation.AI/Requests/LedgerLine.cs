using System.Text;
using System.Text.Json;

namespace Distillation.AI;

/// <summary>A record of a ledger as one line of JSON.</summary>
internal static class LedgerLine
{
    /// <summary>Returns the line in UTF-8, with the line end. Line ends of texts are escaped.</summary>
    public static byte[] Write(AnswerRecord record) => Encoding.UTF8.GetBytes(Json.Of(json =>
    {
        json.WriteStartObject();
        json.WriteString("key", record.Key);
        json.WriteString("model", record.Model);
        json.WriteString("textDigest", record.TextDigest);
        WriteText(json, "text", record.Text);
        json.WriteString("outcome", record.Outcome.ToString());
        WriteText(json, "reason", record.Reason);
        WriteText(json, "label", record.Label);
        WriteProbabilities(json, record.Probabilities);
        json.WriteString("answer", record.Answer);
        json.WriteNumber("input", record.Usage.Input);
        json.WriteNumber("output", record.Usage.Output);
        json.WriteNumber("cachedInput", record.Usage.CachedInput);
        json.WriteNumber("reasoning", record.Usage.Reasoning);
        json.WriteNumber("attempts", record.Attempts);
        json.WriteString("time", record.Time);
        json.WriteEndObject();
    }) + "\n");

    /// <summary>Reads a line.</summary>
    /// <exception cref="FormatException">It is not a record.</exception>
    public static AnswerRecord Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return Read(document.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
            throw new FormatException(error.Message, error);
        }
    }

    private static AnswerRecord Read(JsonElement line) => new()
    {
        Key = line.GetProperty("key").GetString()!,
        Model = line.GetProperty("model").GetString()!,
        TextDigest = line.GetProperty("textDigest").GetString()!,
        Text = ReadText(line, "text"),
        Outcome = Enum.Parse<AnswerOutcome>(line.GetProperty("outcome").GetString()!),
        Reason = ReadText(line, "reason"),
        Label = ReadText(line, "label"),
        Probabilities = line.TryGetProperty("probabilities", out JsonElement named)
            ? named.EnumerateObject().ToDictionary(one => one.Name, one => one.Value.GetDouble())
            : null,
        Answer = line.GetProperty("answer").GetString()!,
        Usage = new TokenUsage
        {
            Input = line.GetProperty("input").GetInt64(),
            Output = line.GetProperty("output").GetInt64(),
            CachedInput = line.GetProperty("cachedInput").GetInt64(),
            Reasoning = line.GetProperty("reasoning").GetInt64(),
        },
        Attempts = line.GetProperty("attempts").GetInt32(),
        Time = line.GetProperty("time").GetDateTimeOffset(),
    };

    private static string? ReadText(JsonElement line, string name) => line.TryGetProperty(name, out JsonElement text) ? text.GetString() : null;

    private static void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }

    private static void WriteProbabilities(Utf8JsonWriter json, IReadOnlyDictionary<string, double>? probabilities)
    {
        if (probabilities is null)
        {
            return;
        }

        json.WriteStartObject("probabilities");
        foreach ((string label, double probability) in probabilities)
        {
            json.WriteNumber(label, probability);
        }

        json.WriteEndObject();
    }
}
