using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Distillation.Serialization;

namespace Distillation.Arrow;

/// <summary>The small JSON files of a store, each written whole or not at all.</summary>
internal static class StoredJson
{
    private const long LargestBytes = 16L << 20;

    public static T Read<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        if (new FileInfo(path).Length is > LargestBytes and var length)
        {
            throw new InvalidDataException($"'{path}' has {length} bytes, and must have at most {LargestBytes}.");
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type) ?? throw new JsonException("it is null");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"'{path}' is damaged or not of a store of outputs: {exception.Message}", exception);
        }
    }

    public static void Write<T>(string path, T content, JsonTypeInfo<T> type) =>
        AtomicFile.Create(path, stream => JsonSerializer.Serialize(stream, content, type));
}
