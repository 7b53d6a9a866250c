using System.Text.Json;

namespace Distillation.Reports;

/// <summary>Numbers in JSON, with all of their digits.</summary>
internal static class JsonNumbers
{
    /// <summary>Writes a number, or its name where JSON has no number for it: "NaN", "Infinity", "-Infinity".</summary>
    public static void Write(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumberValue(value);
        }
        else
        {
            json.WriteStringValue(double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
        }
    }

    public static void Write(Utf8JsonWriter json, string name, IEnumerable<double> values)
    {
        json.WriteStartArray(name);
        foreach (double value in values)
        {
            Write(json, value);
        }

        json.WriteEndArray();
    }

    /// <summary>Writes numbers, and null where there is none.</summary>
    public static void Write(Utf8JsonWriter json, string name, IEnumerable<double?> values)
    {
        json.WriteStartArray(name);
        foreach (double? value in values)
        {
            if (value is { } number)
            {
                Write(json, number);
            }
            else
            {
                json.WriteNullValue();
            }
        }

        json.WriteEndArray();
    }

    public static void Write(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
        {
            json.WriteStringValue(Printable.Of(text));
        }

        json.WriteEndArray();
    }
}
