using Distillation.Evaluation;

namespace Distillation.Reports;

/// <summary>Intervals of points in plots: lines from end to end with a stroke across both.</summary>
internal static class ErrorBar
{
    private const double HalfCap = 3.5;

    /// <summary>Returns whether both ends have a place on an axis.</summary>
    public static bool CanShow(Interval interval, bool isLogarithmic = false) =>
        AxisScale.CanShow(interval.Low, isLogarithmic) && AxisScale.CanShow(interval.High, isLogarithmic);

    /// <summary>Returns the numbers that the vertical axis must have room for.</summary>
    public static IEnumerable<double> Ends(IEnumerable<PlotPoint> points, bool isLogarithmic = false) => points.SelectMany(point =>
        point.Interval is { } interval && CanShow(interval, isLogarithmic) ? [point.Y, interval.Low, interval.High] : new[] { point.Y });

    /// <summary>Draws the interval of a point, if it has one, at a horizontal place.</summary>
    public static void Draw(Frame frame, string style, PlotPoint point, double x)
    {
        if (point.Interval is not { } interval || !frame.CanShow(interval))
        {
            return;
        }

        (double low, double high) = (frame.Y(interval.Low), frame.Y(interval.High));
        frame.Canvas.Line(style, x, low, x, high);
        frame.Canvas.Line(style, x - HalfCap, low, x + HalfCap, low);
        frame.Canvas.Line(style, x - HalfCap, high, x + HalfCap, high);
    }

    /// <summary>Returns the two cells of an interval, empty where there is none.</summary>
    public static ReportCell[] Cells(Interval? interval) => interval is { } shown ? [shown.Low, shown.High] : ["", ""];

    /// <summary>Returns an interval behind its value, such as <c> (0.7 to 0.8)</c>; nothing where there is none.</summary>
    public static string Text(Interval? interval) => interval is { } shown ? $" ({Brief.Of(shown.Low)} to {Brief.Of(shown.High)})" : "";
}
