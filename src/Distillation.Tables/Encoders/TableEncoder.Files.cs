using System.Text.Json;
using Distillation.Serialization;
using Distillation.Tables.Encoders;

namespace Distillation.Tables;

public sealed partial class TableEncoder
{
    private const string Format = "distillation-table";
    private const int Version = 1;

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
    /// <returns>An encoder that makes the same inputs and labels, bit for bit.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is not what <see cref="Save"/> writes.</exception>
    public static TableEncoder Load(string path)
    {
        byte[] bytes = File.ReadAllBytes(Require.Text(path));
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            return Read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException or FormatException
            or KeyNotFoundException or IndexOutOfRangeException)
        {
            throw new InvalidDataException($"'{path}' does not describe how a table is encoded: {exception.Message}", exception);
        }
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("format", Format);
        json.WriteNumber("version", Version);
        json.WriteStartArray("columns");
        foreach (ColumnEncoder column in _columns)
        {
            json.WriteStartObject();
            json.WriteString("name", column.Column);
            json.WriteString("kind", column.Kind.ToString());
            column.Write(json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (_target is not null)
        {
            json.WriteStartObject("target");
            _target.Write(json);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static TableEncoder Read(JsonElement root)
    {
        if (root.GetProperty("format").GetString() != Format || root.GetProperty("version").GetInt32() != Version)
        {
            throw new FormatException($"format and version must be '{Format}' and {Version}.");
        }

        ColumnEncoder[] columns = [.. root.GetProperty("columns").EnumerateArray().Select(ReadColumn)];
        return columns.Length > 0
            ? new(columns, root.TryGetProperty("target", out JsonElement target) ? TargetEncoder.Read(target) : null)
            : throw new FormatException("There must be at least one column.");
    }

    private static ColumnEncoder ReadColumn(JsonElement json)
    {
        string name = Require.Text(json.GetProperty("name").GetString());
        return json.GetProperty("kind").GetString() switch
        {
            nameof(TableColumnKind.Category) => CategoryEncoder.Read(json, name),
            nameof(TableColumnKind.Number) => NumberEncoder.Read(json, name, TableColumnKind.Number),
            nameof(TableColumnKind.Boolean) => NumberEncoder.Read(json, name, TableColumnKind.Boolean),
            string other => throw new FormatException($"'{other}' is no kind of feature."),
            null => throw new FormatException("A column has no kind."),
        };
    }
}
