using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Win32.SafeHandles;

namespace Distillation.Checkpoints;

/// <summary>Numbers as JSON, in such a way that they come back to the last bit.</summary>
internal static class CheckpointJson
{
    public static void Write<T>(SafeFileHandle file, T value, JsonTypeInfo<T> type) =>
        RandomAccess.Write(file, JsonSerializer.SerializeToUtf8Bytes(value, type), 0);

    /// <exception cref="InvalidDataException">The file is missing, too long, or not what was written.</exception>
    public static T Read<T>(string path, long largest, JsonTypeInfo<T> type)
        where T : class
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length > largest)
        {
            throw new InvalidDataException($"'{path}' must have at most {largest} bytes, but {(file.Exists ? $"has {file.Length}" : "is not there")}.");
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type) ?? throw new InvalidDataException($"'{path}' must have an object, but has null.");
        }
        catch (Exception exception)
            when (exception is JsonException or ArgumentException or InvalidOperationException or NotSupportedException or FormatException)
        {
            throw new InvalidDataException($"'{path}' is damaged: {exception.Message}", exception);
        }
    }
}
