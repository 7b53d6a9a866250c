using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Win32.SafeHandles;

namespace Distillation.Checkpoints;

/// <summary>Numbers as JSON, in such a way that they come back to the last bit.</summary>
internal static class CheckpointJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        MaxDepth = 32,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public static void Write(SafeFileHandle file, object value) => RandomAccess.Write(file, JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), Options), 0);

    /// <exception cref="InvalidDataException">The file is missing, too long, or not what was written.</exception>
    public static T Read<T>(string path, long largest)
        where T : class
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length > largest)
        {
            throw new InvalidDataException($"'{path}' must have at most {largest} bytes, but {(file.Exists ? $"has {file.Length}" : "is not there")}.");
        }

        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), Options) ?? throw new InvalidDataException($"'{path}' must have an object, but has null.");
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException or NotSupportedException or FormatException)
        {
            throw new InvalidDataException($"'{path}' is damaged: {exception.Message}", exception);
        }
    }
}
