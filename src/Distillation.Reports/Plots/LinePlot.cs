using System.Text.Json;
using System.Xml.Linq;

namespace Distillation.Reports;

/// <summary>Lines over a common axis, such as learning curves. A line has a gap where a number is not finite.</summary>
public sealed record LinePlot : ReportPlot
{
    // Beyond, dots hide the line that connects them.
    private const int MostDots = 60;

    /// <summary>Gets the lines.</summary>
    public required IReadOnlyList<PlotSeries> Series { get; init => field = Require.Present(value); }

    /// <summary>Gets the name of the horizontal axis.</summary>
    /// <value>Empty for none, which is the default.</value>
    public string XLabel { get; init => field = Require.Present(value); } = "";

    /// <summary>Gets the name of the vertical axis.</summary>
    /// <value>Empty for none, which is the default.</value>
    public string YLabel { get; init => field = Require.Present(value); } = "";

    /// <summary>Gets whether equal ratios are equally long along the vertical axis; numbers that are not positive have no place then.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool LogY { get; init; }

    internal override XElement Draw()
    {
        IEnumerable<double> xs = Series.SelectMany(series => series.Points).Select(point => point.X);
        IEnumerable<double> ys = Series.SelectMany(series => series.Points).Select(point => point.Y);
        var x = AxisScale.Whole(xs, space: 0.02);
        AxisScale y = LogY ? AxisScale.Logarithmic(ys) : AxisScale.Linear(ys, space: 0.06);
        var frame = new Frame(Title, Description(), (x, y), (XLabel, YLabel), new([.. Series.Select(series => series.Name)]));
        foreach ((int i, PlotSeries series) in Series.Index())
        {
            foreach (List<PlotPoint> piece in Pieces(Thinning.Extremes(series.Points), frame))
            {
                frame.Canvas.Path(PlotStyle.Stroke(i), piece.Select(point => (frame.X(point.X), frame.Y(point.Y))));
                foreach (PlotPoint point in piece.Count == 1 || series.Points.Count <= MostDots ? piece : [])
                {
                    string hint = $"{series.Name}, {XLabel} {Brief.Of(point.X)}: {Brief.Of(point.Y)}";
                    frame.Canvas.Dot(PlotStyle.Fill(i), frame.X(point.X), frame.Y(point.Y), piece.Count == 1 ? 4 : 2.6, hint);
                }
            }
        }

        return frame.Canvas.Root;
    }

    internal override ReportTable Numbers()
    {
        Dictionary<double, double>[] values =
            [.. Series.Select(series => series.Points.DistinctBy(point => point.X).ToDictionary(point => point.X, point => point.Y))];
        double[] places = [.. Series.SelectMany(series => series.Points).Select(point => point.X).Distinct().Order()];
        return new(
            [XLabel.Length > 0 ? XLabel : "x", .. Series.Select(series => series.Name)],
            Thinning.Evenly(places).Select(place => (IReadOnlyList<ReportCell>)
                [place, .. values.Select(series => series.TryGetValue(place, out double value) ? (ReportCell)value : "")]));
    }

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("kind", "lines");
        json.WriteString("x label", Printable.Of(XLabel));
        json.WriteString("y label", Printable.Of(YLabel));
        SeriesJson.Write(json, Series);
    }

    private string Description() => string.Join("; ", Series.Select(series => series.Points.Count == 0
        ? $"{series.Name}: no points"
        : $"{series.Name}: {Brief.Of(series.Points[0].Y)} at first, {Brief.Of(series.Points[^1].Y)} at last"));

    // What is between two points that cannot be shown.
    private static IEnumerable<List<PlotPoint>> Pieces(IEnumerable<PlotPoint> points, Frame frame)
    {
        var piece = new List<PlotPoint>();
        foreach (PlotPoint point in points)
        {
            if (frame.CanShow(point))
            {
                piece.Add(point);
            }
            else if (piece.Count > 0)
            {
                yield return piece;
                piece = [];
            }
        }

        if (piece.Count > 0)
        {
            yield return piece;
        }
    }
}
