using System.Text.Json;
using System.Xml.Linq;

namespace Distillation.Reports;

/// <summary>Lines over a common axis, such as learning curves, optionally with error bars. A line has a gap where a number is not finite.</summary>
/// <remarks>Where several lines have error bars, each line stands a little beside its place, so that the bars do not cover each other.</remarks>
public sealed record LinePlot : ReportPlot
{
    // Beyond, dots hide the line that connects them.
    private const int MostDots = 60;

    // Between the error bars of two lines.
    private const double Aside = 5;

    /// <summary>Gets the lines.</summary>
    public required IReadOnlyList<PlotSeries> Series { get; init => field = Require.Present(value); }

    /// <summary>Gets the name of the horizontal axis.</summary>
    /// <value>Empty for none, which is the default.</value>
    public string XLabel { get; init => field = Require.Present(value); } = "";

    /// <summary>Gets the name of the vertical axis.</summary>
    /// <value>Empty for none, which is the default.</value>
    public string YLabel { get; init => field = Require.Present(value); } = "";

    /// <summary>
    /// Gets whether equal ratios are equally long along the horizontal axis, which suits sizes; numbers that are not positive have no place then.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool LogX { get; init; }

    /// <summary>Gets whether equal ratios are equally long along the vertical axis; numbers that are not positive have no place then.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool LogY { get; init; }

    internal override XElement Draw()
    {
        IEnumerable<double> xs = Series.SelectMany(series => series.Points).Select(point => point.X);
        IEnumerable<double> ys = ErrorBar.Ends(Series.SelectMany(series => series.Points), LogY);
        AxisScale x = LogX ? AxisScale.Logarithmic(xs) : AxisScale.Whole(xs, space: 0.02);
        AxisScale y = LogY ? AxisScale.Logarithmic(ys) : AxisScale.Linear(ys, space: 0.06);
        var frame = new Frame(Title, Description(), (x, y), (XLabel, YLabel), new([.. Series.Select(series => series.Name)]));
        bool stepsAside = Series.Count(HasIntervals) > 1;
        foreach ((int i, PlotSeries series) in Series.Index())
        {
            double aside = stepsAside ? Aside * (i - ((Series.Count - 1) / 2.0)) : 0;
            foreach (List<PlotPoint> piece in Pieces(Thinning.Extremes(series.Points), frame))
            {
                frame.Canvas.Path(PlotStyle.Stroke(i), piece.Select(point => (frame.X(point.X) + aside, frame.Y(point.Y))));
                foreach (PlotPoint point in piece.Count == 1 || series.Points.Count <= MostDots ? piece : [])
                {
                    double left = frame.X(point.X) + aside;
                    ErrorBar.Draw(frame, PlotStyle.Stroke(i), point, left);
                    string hint = $"{series.Name}, {XLabel} {Brief.Of(point.X)}: {Brief.Of(point.Y)}{ErrorBar.Text(point.Interval)}";
                    frame.Canvas.Dot(PlotStyle.Fill(i), left, frame.Y(point.Y), piece.Count == 1 ? 4 : 2.6, hint);
                }
            }
        }

        return frame.Canvas.Root;
    }

    internal override ReportTable Numbers()
    {
        Dictionary<double, PlotPoint>[] points =
            [.. Series.Select(series => series.Points.DistinctBy(point => point.X).ToDictionary(point => point.X))];
        double[] places = [.. Series.SelectMany(series => series.Points).Select(point => point.X).Distinct().Order()];
        return new(
            [XLabel.Length > 0 ? XLabel : "x", .. Series.SelectMany(Columns)],
            Thinning.Evenly(places).Select(place => (IReadOnlyList<ReportCell>)
            [
                place,
                .. Series.Zip(points, (series, known) => Cells(known.TryGetValue(place, out PlotPoint point) ? point : null, HasIntervals(series)))
                    .SelectMany(cells => cells),
            ]));
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

    private static bool HasIntervals(PlotSeries series) => series.Points.Any(point => point.Interval is not null);

    private static IEnumerable<string> Columns(PlotSeries series) =>
        HasIntervals(series) ? [series.Name, $"{series.Name}, from", $"{series.Name}, to"] : [series.Name];

    private static IEnumerable<ReportCell> Cells(PlotPoint? point, bool hasIntervals) =>
        [point is { } shown ? (ReportCell)shown.Y : "", .. hasIntervals ? ErrorBar.Cells(point?.Interval) : []];

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
