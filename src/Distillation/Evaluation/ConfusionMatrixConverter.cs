using System.Text.Json;
using System.Text.Json.Serialization;

namespace Distillation.Evaluation;

/// <summary>A confusion matrix as JSON: the counts row by row, a row for each class of the labels.</summary>
internal sealed class ConfusionMatrixConverter : JsonConverter<ConfusionMatrix>
{
    public override ConfusionMatrix Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        long[] counts = JsonSerializer.Deserialize<long[]>(ref reader, options) ?? [];
        int classes = (int)Math.Round(Math.Sqrt(counts.Length));
        return (long)classes * classes == counts.Length
            ? new ConfusionMatrix(counts, classes)
            : throw new JsonException($"A confusion matrix must have C x C counts, but has {counts.Length}.");
    }

    public override void Write(Utf8JsonWriter writer, ConfusionMatrix value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (long count in value.Counts)
        {
            writer.WriteNumberValue(count);
        }

        writer.WriteEndArray();
    }
}
