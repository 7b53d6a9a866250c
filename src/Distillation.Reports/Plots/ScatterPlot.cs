using System.Text.Json;
using System.Xml.Linq;

namespace Distillation.Reports;

/// <summary>Points in groups, such as models by size and quality, optionally with their Pareto front.</summary>
public sealed record ScatterPlot : ReportPlot
{
    // More names than this would cover each other.
    private const int MostNames = 12;

    /// <summary>Gets the groups of points. The name of a group of one point stands beside the point.</summary>
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
        var y = AxisScale.Linear(all.Select(point => point.Y), space: 0.1);
        bool isNamed = Groups.Count <= MostNames && Groups.All(group => group.Points.Count <= 1);
        var frame = new Frame(Title, Description(), (x, y), (XLabel, YLabel), new(isNamed ? [] : [.. Groups.Select(group => group.Name)], HasDots: true));
        frame.Canvas.Path("guide", Best().Where(frame.CanShow).Select(point => (frame.X(point.X), frame.Y(point.Y))));
        foreach ((int i, PlotSeries group) in Groups.Index())
        {
            foreach (PlotPoint point in group.Points.Where(frame.CanShow))
            {
                (double left, double top) = (frame.X(point.X), frame.Y(point.Y));
                frame.Canvas.Dot(PlotStyle.Fill(i), left, top, 5, $"{group.Name}: {Brief.Of(point.X)}, {Brief.Of(point.Y)}");
                if (isNamed)
                {
                    bool isAtRight = left > (frame.Left + frame.Right) / 2;
                    frame.Canvas.Text(isAtRight ? "end name" : "start name", isAtRight ? left - 9 : left + 9, top - 7, Printable.Short(group.Name, 32));
                }
            }
        }

        return frame.Canvas.Root;
    }

    internal override ReportTable Numbers()
    {
        HashSet<PlotPoint> best = [.. Best()];
        string[] columns = ["name", XLabel.Length > 0 ? XLabel : "x", YLabel.Length > 0 ? YLabel : "y"];
        return new(
            Front == ParetoFront.None ? columns : [.. columns, "not beaten"],
            Groups.SelectMany(group => group.Points.Select(point => (IReadOnlyList<ReportCell>)
                (Front == ParetoFront.None
                    ? [group.Name, point.X, point.Y]
                    : [group.Name, point.X, point.Y, best.Contains(point) ? "yes" : "no"]))));
    }

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("kind", "points");
        json.WriteString("x label", Printable.Of(XLabel));
        json.WriteString("y label", Printable.Of(YLabel));
        SeriesJson.Write(json, Groups);
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
