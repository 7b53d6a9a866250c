using System.Text.Json;

namespace Distillation.Text;

/// <summary>Reads JSON files, with the name of the file in what goes wrong.</summary>
internal static class TextJson
{
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is not JSON, or no object.</exception>
    public static JsonDocument Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        try
        {
            JsonDocument document = JsonDocument.Parse(file);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException($"{path} is not JSON: {wrong.Message}", wrong);
        }

        throw new InvalidDataException($"{path} must hold a JSON object.");
    }
}
