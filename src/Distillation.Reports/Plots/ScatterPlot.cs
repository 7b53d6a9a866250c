using System.Text.Json;
using System.Xml.Linq;

namespace Distillation.Reports;

/// <summary>Points in groups, such as models by size and quality, optionally with error bars and with their Pareto front.</summary>
public sealed record ScatterPlot : ReportPlot
{
    // More names than this would cover each other.
    private const int MostNames = 12;
    private const int LongestName = 32;

    // The room of a name, in the units of the image.
    private const double Letter = 6.6;
    private const double Line = 14;

    /// <summary>Gets the groups of points. The name of a group of one point stands beside the point, where there is room.</summary>
    public required IReadOnlyList<PlotSeries> Groups { get; init => field = Require.Present(value); }

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

    /// <summary>Gets which points are connected as the best.</summary>
    /// <value>The default is <see cref="ParetoFront.None"/>.</value>
    public ParetoFront Front { get; init => field = Require.Defined(value); }

    internal override XElement Draw()
    {
        List<PlotPoint> all = [.. Groups.SelectMany(group => group.Points)];
        AxisScale x = LogX ? AxisScale.Logarithmic(all.Select(point => point.X)) : AxisScale.Linear(all.Select(point => point.X), space: 0.08);
        var y = AxisScale.Linear(ErrorBar.Ends(all), space: 0.1);
        Frame frame = Ground([]);
        bool isNamed = Groups.Count <= MostNames && Groups.All(group => group.Points.Count <= 1) && HaveRoom(frame);
        frame = isNamed ? frame : Ground([.. Groups.Select(group => group.Name)]);
        frame.Canvas.Path("guide", Best().Where(frame.CanShow).Select(point => (frame.X(point.X), frame.Y(point.Y))));
        foreach ((int i, PlotSeries group) in Groups.Index())
        {
            foreach (PlotPoint point in group.Points.Where(frame.CanShow))
            {
                (double left, double top) = (frame.X(point.X), frame.Y(point.Y));
                ErrorBar.Draw(frame, PlotStyle.Stroke(i), point, left);
                frame.Canvas.Dot(
                    PlotStyle.Fill(i), left, top, 5, $"{group.Name}: {Brief.Of(point.X)}, {Brief.Of(point.Y)}{ErrorBar.Text(point.Interval)}");
                if (isNamed)
                {
                    bool isAtRight = IsAtRight(frame, left);
                    frame.Canvas.Text(
                        isAtRight ? "end name" : "start name", isAtRight ? left - 9 : left + 9, top - 7, Printable.Short(group.Name, LongestName));
                }
            }
        }

        return frame.Canvas.Root;

        Frame Ground(IReadOnlyList<string> legend) => new(Title, Description(), (x, y), (XLabel, YLabel), new([.. legend], HasDots: true));
    }

    internal override ReportTable Numbers()
    {
        HashSet<PlotPoint> best = [.. Best()];
        bool hasFront = Front != ParetoFront.None;
        bool hasIntervals = Groups.Any(group => group.Points.Any(point => point.Interval is not null));
        return new(
            [
                "name",
                XLabel.Length > 0 ? XLabel : "x",
                YLabel.Length > 0 ? YLabel : "y",
                .. hasIntervals ? ["from", "to"] : Array.Empty<string>(),
                .. hasFront ? ["not beaten"] : Array.Empty<string>(),
            ],
            Groups.SelectMany(group => group.Points.Select(point => (IReadOnlyList<ReportCell>)
                [
                    group.Name,
                    point.X,
                    point.Y,
                    .. hasIntervals ? ErrorBar.Cells(point.Interval) : [],
                    .. hasFront ? [best.Contains(point) ? "yes" : "no"] : Array.Empty<ReportCell>(),
                ])));
    }

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("kind", "points");
        json.WriteString("x label", Printable.Of(XLabel));
        json.WriteString("y label", Printable.Of(YLabel));
        SeriesJson.Write(json, Groups);
    }

    private static bool IsAtRight(Frame frame, double left) => left > (frame.Left + frame.Right) / 2;

    // Names that would cover each other, or another's point, go to the legend.
    private bool HaveRoom(Frame frame)
    {
        (double Left, double Right, double Y)[] names =
        [
            .. from one in Groups
               from point in one.Points
               where frame.CanShow(point)
               let left = frame.X(point.X)
               let width = 9 + (Letter * Math.Min(LongestName, one.Name.Length))
               select IsAtRight(frame, left) ? (left - width, left, frame.Y(point.Y)) : (left, left + width, frame.Y(point.Y)),
        ];
        return !names.Index().Any(one => names.Skip(one.Index + 1).Any(other =>
            Math.Abs(one.Item.Y - other.Y) < Line && one.Item.Left < other.Right && other.Left < one.Item.Right));
    }

    private string Description() => string.Join("; ", Groups.SelectMany(group => group.Points.Take(MostNames)
        .Select(point => $"{group.Name}: {Brief.Of(point.X)}, {Brief.Of(point.Y)}")).Take(MostNames));

    // From the smallest x on, each point that is better than all before.
    private IEnumerable<PlotPoint> Best()
    {
        if (Front == ParetoFront.None)
        {
            yield break;
        }

        int sign = Front == ParetoFront.SmallXLargeY ? 1 : -1;
        double record = double.NegativeInfinity;
        foreach (PlotPoint point in Groups.SelectMany(group => group.Points)
            .Where(point => double.IsFinite(point.X) && double.IsFinite(point.Y))
            .OrderBy(point => point.X).ThenByDescending(point => sign * point.Y))
        {
            if (sign * point.Y > record)
            {
                record = sign * point.Y;
                yield return point;
            }
        }
    }
}
