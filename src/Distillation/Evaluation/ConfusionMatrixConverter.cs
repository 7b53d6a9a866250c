using System.Text.Json;
using System.Text.Json.Serialization;

namespace Distillation.Evaluation;

/// <summary>
/// A confusion matrix as JSON: the number of samples of each class, and the counts that are not zero, each with its place C · actual + predicted.
/// </summary>
internal sealed class ConfusionMatrixConverter : JsonConverter<ConfusionMatrix>
{
    public override ConfusionMatrix Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        SparseCounts sparse = JsonSerializer.Deserialize(ref reader, ConfusionMatrixJson.Default.SparseCounts)!;
        long classes = sparse.Samples.Length;
        if (sparse.Places.Length != sparse.Counts.Length || Array.Exists(sparse.Places, place => place < 0 || place >= classes * classes))
        {
            throw new JsonException($"A confusion matrix of {classes} classes must have a count for each place, and places in [0, {classes * classes}).");
        }

        var counts = new long[classes * classes];
        for (int i = 0; i < sparse.Places.Length; i++)
        {
            counts[sparse.Places[i]] = sparse.Counts[i];
        }

        var matrix = new ConfusionMatrix(counts, (int)classes);
        return Samples(matrix).SequenceEqual(sparse.Samples)
            ? matrix
            : throw new JsonException("The counts of a confusion matrix must add up to the samples of each class.");
    }

    public override void Write(Utf8JsonWriter writer, ConfusionMatrix value, JsonSerializerOptions options)
    {
        long[] places = [.. value.Counts.Index().Where(one => one.Item != 0).Select(one => (long)one.Index)];
        JsonSerializer.Serialize(
            writer,
            new SparseCounts([.. Samples(value)], places, Array.ConvertAll(places, place => value.Counts[(int)place])),
            ConfusionMatrixJson.Default.SparseCounts);
    }

    private static IEnumerable<long> Samples(ConfusionMatrix matrix) => Enumerable.Range(0, matrix.Classes).Select(matrix.Samples);
}
