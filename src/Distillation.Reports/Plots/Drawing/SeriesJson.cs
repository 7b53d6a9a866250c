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
            if (series.Points.Any(point => point.Interval is not null))
            {
                JsonNumbers.Write(json, "from", series.Points.Select(point => point.Interval?.Low));
                JsonNumbers.Write(json, "to", series.Points.Select(point => point.Interval?.High));
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
