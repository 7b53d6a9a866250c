using System.Text.Json;

namespace Distillation.Reports;

/// <summary>Series of points in JSON.</summary>
internal static class SeriesJson
{
    public static void Write(Utf8JsonWriter json, IEnumerable<PlotSeries> all)
    {
        json.WriteStartArray("series");
        foreach (PlotSeries series in all)
        {
            json.WriteStartObject();
            json.WriteString("name", Printable.Of(series.Name));
            JsonNumbers.Write(json, "x", series.Points.Select(point => point.X));
            JsonNumbers.Write(json, "y", series.Points.Select(point => point.Y));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
