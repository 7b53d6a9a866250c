using Distillation.Evaluation;

namespace Distillation.Reports;

/// <summary>The ground of a plot with two axes: grid, ticks, labels, and a legend where there are several series.</summary>
internal sealed class Frame
{
    public const double Width = 480;
    private const double Letter = 6.6;
    private const double LegendLine = 18;
    private const int LongestName = 44;

    private readonly AxisScale _x;
    private readonly AxisScale _y;
    private readonly (double Left, double Top, double Right, double Bottom) _box;

    public Frame(string title, string description, (AxisScale X, AxisScale Y) scales, (string X, string Y) labels, Legend legend, double height = 290)
    {
        (_x, _y) = scales;
        double left = 16 + (Letter * _y.Labels.Select(label => label.Length).Append(2).Max());
        List<(string Name, double X, int Line)> names = legend.Names.Count > 1 ? Flow(legend.Names, left) : [];
        double legendHeight = names.Count == 0 ? 0 : (LegendLine * (names[^1].Line + 1)) + 10;
        _box = (left, labels.Y.Length > 0 ? 26 : 10, Width - 14, height - 42);
        Canvas = new(Width, height + legendHeight, title, description);
        Draw(labels);
        foreach ((int i, (string name, double x, int line)) in names.Index())
        {
            double y = height + 14 + (LegendLine * line);
            if (legend.HasDots)
            {
                Canvas.Dot(PlotStyle.Fill(i), x + 9, y - 4, 5, legend.Names[i]);
            }
            else
            {
                Canvas.Line(PlotStyle.Stroke(i), x, y - 4, x + 18, y - 4);
            }

            Canvas.Text("start name", x + 24, y, name);
        }
    }

    public Canvas Canvas { get; }

    public double Left => _box.Left;

    public double Bottom => _box.Bottom;

    public double Right => _box.Right;

    public double Top => _box.Top;

    public double X(double value) => _box.Left + (_x.Share(value) * (_box.Right - _box.Left));

    public double Y(double value) => _box.Bottom - (_y.Share(value) * (_box.Bottom - _box.Top));

    public bool CanShow(PlotPoint point) => AxisScale.CanShow(point.X, _x.IsLogarithmic) && AxisScale.CanShow(point.Y, _y.IsLogarithmic);

    public bool CanShow(Interval interval) => ErrorBar.CanShow(interval, _y.IsLogarithmic);

    private static List<(string Name, double X, int Line)> Flow(IReadOnlyList<string> legend, double left)
    {
        var places = new List<(string, double, int)>();
        (double x, int line) = (left, 0);
        foreach (string name in legend.Select(name => Printable.Short(name, LongestName)))
        {
            double width = 40 + (Letter * name.Length);
            if (x + width > Width && x > left)
            {
                (x, line) = (left, line + 1);
            }

            places.Add((name, x, line));
            x += width;
        }

        return places;
    }

    private void Draw((string X, string Y) labels)
    {
        foreach ((double tick, string label) in _y.Ticks.Zip(_y.Labels))
        {
            Canvas.Line("grid", _box.Left, Y(tick), _box.Right, Y(tick));
            Canvas.Text("end", _box.Left - 7, Y(tick) + 4, label);
        }

        foreach ((double tick, string label) in _x.Ticks.Zip(_x.Labels))
        {
            Canvas.Line("axis", X(tick), _box.Bottom, X(tick), _box.Bottom + 4);
            Canvas.Text("middle", X(tick), _box.Bottom + 18, label);
        }

        Canvas.Line("axis", _box.Left, _box.Bottom, _box.Right, _box.Bottom);
        if (labels.X.Length > 0)
        {
            Canvas.Text("middle", (_box.Left + _box.Right) / 2, _box.Bottom + 36, labels.X);
        }

        if (labels.Y.Length > 0)
        {
            Canvas.Text("start", 4, 14, labels.Y);
        }
    }
}
