using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Distillation.AI;

/// <summary>JSON in prompts and answers.</summary>
internal static class Json
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Returns what is written as a text.</summary>
    public static string Of(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Readable))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    public static void WriteList(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    /// <summary>Reads an answer that is JSON, also between the fences of a block of code.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static JsonDocument Read(string answer)
    {
        string json = answer.Trim();
        if (json.StartsWith("```", StringComparison.Ordinal) && json.EndsWith("```", StringComparison.Ordinal) && json.IndexOf('\n') is var first and > 0)
        {
            json = json[first..^3];
        }

        return JsonDocument.Parse(json);
    }
}
