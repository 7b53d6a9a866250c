using System.Text.Json;

namespace Distillation.Text;

/// <summary>Reads texts from files of JSON lines: one object a line.</summary>
public static class JsonLines
{
    /// <summary>Reads texts with their labels, line by line, as they are enumerated.</summary>
    /// <param name="path">The file, in UTF-8; empty lines are passed over.</param>
    /// <param name="textName">The name of the member with the text.</param>
    /// <param name="labelName">The name of the member with the label: a text, a number or a boolean.</param>
    /// <returns>The texts.</returns>
    /// <exception cref="InvalidDataException">A line is no JSON object with these members; the message names the line.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IEnumerable<LabeledText> ReadLabeled(string path, string textName = "text", string labelName = "label")
    {
        Require.Text(textName);
        Require.Text(labelName);
        return Read(path, line => new LabeledText(line(textName), line(labelName)));
    }

    /// <summary>Reads texts, line by line, as they are enumerated.</summary>
    /// <param name="path">The file, in UTF-8; empty lines are passed over.</param>
    /// <param name="textName">The name of the member with the text.</param>
    /// <returns>The texts.</returns>
    /// <exception cref="InvalidDataException">A line is no JSON object with this member; the message names the line.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IEnumerable<string> ReadTexts(string path, string textName = "text")
    {
        Require.Text(textName);
        return Read(path, line => line(textName));
    }

    private static IEnumerable<T> Read<T>(string path, Func<Func<string, string>, T> select)
    {
        int number = 0;
        foreach (string line in File.ReadLines(Require.Text(path)))
        {
            number++;
            if (line.AsSpan().IsWhiteSpace())
            {
                continue;
            }

            using JsonDocument document = Parse(path, number, line);
            yield return select(name => Value(document.RootElement, name)
                ?? throw new InvalidDataException($"Line {number} of {path} must be an object with a text, number or boolean '{name}'."));
        }
    }

    private static JsonDocument Parse(string path, int number, string line)
    {
        try
        {
            return JsonDocument.Parse(line);
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException($"Line {number} of {path} is not JSON: {wrong.Message}", wrong);
        }
    }

    private static string? Value(JsonElement line, string name) =>
        line.ValueKind != JsonValueKind.Object || !line.TryGetProperty(name, out JsonElement value)
            ? null
            : value.ValueKind switch
            {
                JsonValueKind.String => value.GetString(),
                JsonValueKind.Number => value.GetRawText(),
                JsonValueKind.True => "true",
                JsonValueKind.False => "false",
                _ => null,
            };
}
