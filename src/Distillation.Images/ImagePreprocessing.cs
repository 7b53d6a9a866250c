using System.Text.Json;
using Distillation.Data;
using Distillation.Serialization;

namespace Distillation.Images;

/// <summary>What a program needs besides the model to classify images: the names of the classes, and how images are prepared.</summary>
public sealed record ImagePreprocessing
{
    private const string Format = "distillation-images";
    private const int Version = 1;

    /// <summary>Gets the names of the classes, in the order of their ids; empty for images without labels.</summary>
    public required IReadOnlyList<string> ClassNames { get; init => field = [.. Require.Present(value)]; }

    /// <summary>Gets how images are prepared.</summary>
    public required ImageOptions Options { get; init => field = Require.Present(value).Checked(); }

    /// <summary>Writes a JSON file; it then is whole or, if anything fails, what it was before.</summary>
    /// <param name="path">The file; one that is there is replaced, and a missing directory is created.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path)
    {
        Require.Text(path);
        AtomicFile.ReplaceJson(path, Write);
    }

    /// <summary>Reads a file that <see cref="Save"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The names of the classes and the options.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is not what <see cref="Save"/> writes.</exception>
    public static ImagePreprocessing Load(string path)
    {
        byte[] bytes = File.ReadAllBytes(Require.Text(path));
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            return Read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException or FormatException
            or KeyNotFoundException)
        {
            throw new InvalidDataException($"'{path}' does not describe how images are prepared: {exception.Message}", exception);
        }
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("format", Format);
        json.WriteNumber("version", Version);
        json.WriteStartArray("classes");
        foreach (string name in ClassNames)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
        json.WriteNumber("height", Options.Height);
        json.WriteNumber("width", Options.Width);
        json.WriteString("resize", Options.Resize.ToString());
        json.WriteString("interpolation", Options.Interpolation.ToString());
        json.WriteString("channels", Options.Channels.ToString());
        WriteNumbers(json, "background", [Options.Background.Red, Options.Background.Green, Options.Background.Blue]);
        if (Options.Normalization is { } normalization)
        {
            WriteNumbers(json, "mean", normalization.Mean);
            WriteNumbers(json, "standard_deviation", normalization.StandardDeviation);
        }

        json.WriteNumber("max_pixels", Options.MaxPixels);
        json.WriteNumber("max_file_bytes", Options.MaxFileBytes);
        json.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IEnumerable<double> numbers)
    {
        json.WriteStartArray(name);
        foreach (double number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    private static ImagePreprocessing Read(JsonElement root)
    {
        if (root.GetProperty("format").GetString() != Format || root.GetProperty("version").GetInt32() != Version)
        {
            throw new FormatException($"format and version must be '{Format}' and {Version}.");
        }

        byte[] background = [.. root.GetProperty("background").EnumerateArray().Select(value => value.GetByte())];
        return new()
        {
            ClassNames = [.. root.GetProperty("classes").EnumerateArray().Select(name => name.GetString() ?? throw Wrong("A class has no name."))],
            Options = new()
            {
                Height = root.GetProperty("height").GetInt32(),
                Width = root.GetProperty("width").GetInt32(),
                Resize = ReadEnum<ImageResize>(root, "resize"),
                Interpolation = ReadEnum<ImageInterpolation>(root, "interpolation"),
                Channels = ReadEnum<ImageChannels>(root, "channels"),
                Background = background is [byte red, byte green, byte blue] ? new(red, green, blue) : throw Wrong("background must be 3 numbers."),
                Normalization = root.TryGetProperty("mean", out JsonElement mean)
                    ? new Normalization(Numbers(mean), Numbers(root.GetProperty("standard_deviation")))
                    : null,
                MaxPixels = root.GetProperty("max_pixels").GetInt64(),
                MaxFileBytes = root.GetProperty("max_file_bytes").GetInt32(),
            },
        };
    }

    private static FormatException Wrong(string message) => new(message);

    private static T ReadEnum<T>(JsonElement root, string name)
        where T : struct, Enum => Enum.Parse<T>(root.GetProperty(name).GetString() ?? "");

    private static IEnumerable<double> Numbers(JsonElement array) => array.EnumerateArray().Select(number => number.GetDouble());
}
