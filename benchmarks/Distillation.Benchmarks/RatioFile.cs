using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Distillation.Benchmarks;

/// <summary>Ratios as JSON: a list of objects with name, ratio, lowerQuartile and upperQuartile.</summary>
internal static class RatioFile
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes ratios to a file. Those of other names that the file has stay in it, so that one file holds several contests.</summary>
    public static void Write(string path, IReadOnlyList<Ratio> ratios)
    {
        Ratio[] kept = File.Exists(path) ? [.. Read(path).ExceptBy(ratios.Select(ratio => ratio.Name), ratio => ratio.Name)] : [];
        using FileStream file = File.Create(path);
        using var json = new Utf8JsonWriter(file, Indented);
        json.WriteStartArray();
        foreach (Ratio ratio in kept.Concat(ratios))
        {
            json.WriteStartObject();
            json.WriteString("name", ratio.Name);
            json.WriteNumber("ratio", Math.Round(ratio.Median, 4));
            json.WriteNumber("lowerQuartile", Math.Round(ratio.LowerQuartile, 4));
            json.WriteNumber("upperQuartile", Math.Round(ratio.UpperQuartile, 4));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The file is no list of ratios; the message names it.</exception>
    public static IReadOnlyList<Ratio> Read(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
            Ratio[] ratios =
            [
                .. document.RootElement.EnumerateArray().Select(ratio => new Ratio(
                    ratio.GetProperty("name").GetString()!,
                    ratio.GetProperty("ratio").GetDouble(),
                    ratio.GetProperty("lowerQuartile").GetDouble(),
                    ratio.GetProperty("upperQuartile").GetDouble())),
            ];
            foreach (Ratio ratio in ratios.Where(ratio => ratio.Name is null || !(ratio.Median > 0)))
            {
                throw new InvalidDataException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"'{path}' has the ratio {ratio.Median} of the name '{ratio.Name}': a ratio must be above 0 and have a name."));
            }

            return ratios.GroupBy(ratio => ratio.Name).FirstOrDefault(group => group.Count() > 1) is { } twice
                ? throw new InvalidDataException($"'{path}' has the name '{twice.Key}' more than once: each ratio must have a name of its own.")
                : ratios;
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"'{path}' is no list of ratios as --json writes it: {exception.Message}", exception);
        }
    }
}
