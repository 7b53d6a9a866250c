using System.Text.Json;
using System.Xml.Linq;
using Distillation.Evaluation;

namespace Distillation.Reports;

/// <summary>Values with their intervals side by side, such as the gains of several candidates. The axis need not begin at zero.</summary>
public sealed record IntervalPlot : ReportPlot
{
    private const double Row = 24;
    private const double TallRow = 34;
    private const double Line = 13;
    private const double Top = 8;
    private const double HalfCap = 4;
    private const int LongestName = 28;

    /// <summary>Gets the values, from top to bottom.</summary>
    public required IReadOnlyList<PlotInterval> Values { get; init => field = Require.Present(value); }

    /// <summary>Gets what the values are.</summary>
    /// <value>The default is <c>value</c>.</value>
    public string ValueLabel { get; init => field = Require.Text(value); } = "value";

    /// <summary>Gets where a dashed line stands, such as at zero for gains.</summary>
    /// <value>The default is <see langword="null"/>: nowhere. One that is not finite is not drawn.</value>
    public double? Guide { get; init; }

    internal override XElement Draw()
    {
        var scale = AxisScale.Linear(Values.SelectMany(Ends).Concat(Guide is { } shown ? [shown] : []), space: 0.06);
        double left = 16 + (6.8 * Values.Select(value => Math.Min(LongestName, value.Name?.Length ?? 0)).Append(2).Max());
        double row = Values.Any(value => value.Name?.Length > LongestName) ? TallRow : Row;
        double bottom = Top + (row * Values.Count) + 4;
        var canvas = new Canvas(Frame.Width, bottom + 44, Title, Description());
        double X(double value) => left + (scale.Share(value) * (Frame.Width - 14 - left));
        foreach ((double tick, string label) in scale.Ticks.Zip(scale.Labels))
        {
            canvas.Line("grid", X(tick), Top, X(tick), bottom);
            canvas.Text("middle", X(tick), bottom + 16, label);
        }

        if (Guide is { } guide && AxisScale.CanShow(guide))
        {
            canvas.Line("guide", X(guide), Top, X(guide), bottom);
        }

        foreach ((int i, PlotInterval value) in Values.Index())
        {
            double y = Top + (row * (i + 0.5));
            DrawName(canvas, value.Name ?? "", left - 8, y + 4);
            if (AxisScale.CanShow(value.Value))
            {
                DrawBar(canvas, value.Interval, X, y);
                canvas.Dot(PlotStyle.Fill(0), X(value.Value), y, 5, Hint(value));
            }
        }

        canvas.Line("axis", left, bottom, Frame.Width - 14, bottom);
        canvas.Text("middle", (left + Frame.Width - 14) / 2, bottom + 36, ValueLabel);
        return canvas.Root;
    }

    internal override ReportTable Numbers() => new(
        ["name", ValueLabel, "from", "to"],
        Values.Select(value => (IReadOnlyList<ReportCell>)
            [value.Name, value.Value, .. ErrorBar.Cells(value.Interval)]));

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("kind", "intervals");
        json.WriteString("value label", Printable.Of(ValueLabel));
        JsonNumbers.Write(json, "names", Values.Select(value => value.Name ?? ""));
        JsonNumbers.Write(json, "values", Values.Select(value => value.Value));
        JsonNumbers.Write(json, "from", Values.Select(value => value.Interval?.Low));
        JsonNumbers.Write(json, "to", Values.Select(value => value.Interval?.High));
    }

    private static IEnumerable<double> Ends(PlotInterval value) =>
        value.Interval is { } interval && ErrorBar.CanShow(interval) ? [value.Value, interval.Low, interval.High] : [value.Value];

    // A long name has two lines: names of recipes often begin alike.
    private static void DrawName(Canvas canvas, string name, double x, double y)
    {
        if (name.Length <= LongestName)
        {
            canvas.Text("end name", x, y, name);
            return;
        }

        int space = name.LastIndexOf(' ', LongestName);
        int end = space > 0 ? space : LongestName - (char.IsHighSurrogate(name[LongestName - 1]) ? 1 : 0);
        canvas.Text("end name", x, y - (Line / 2), name[..end]);
        canvas.Text("end name", x, y + (Line / 2), Printable.Short(name[end..].TrimStart(), LongestName));
    }

    private static void DrawBar(Canvas canvas, Interval? interval, Func<double, double> x, double y)
    {
        if (interval is { } shown && ErrorBar.CanShow(shown))
        {
            string style = PlotStyle.Stroke(0);
            (double low, double high) = (x(shown.Low), x(shown.High));
            canvas.Line(style, low, y, high, y);
            canvas.Line(style, low, y - HalfCap, low, y + HalfCap);
            canvas.Line(style, high, y - HalfCap, high, y + HalfCap);
        }
    }

    private static string Hint(PlotInterval value) => $"{value.Name}: {Brief.Of(value.Value)}{ErrorBar.Text(value.Interval)}";

    private string Description() => string.Join("; ", Values.Select(Hint));
}
