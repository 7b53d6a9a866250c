namespace Distillation.Reports;

/// <summary>Fewer points or rows in place of very many.</summary>
internal static class Thinning
{
    /// <summary>The number of rows in a table of a plot's numbers.</summary>
    public const int Rows = 40;

    // Twice as many as an image has pixels in width.
    private const int Points = 2000;

    /// <summary>Returns some of the items at even distances, the first and the last among them.</summary>
    public static IEnumerable<T> Evenly<T>(IReadOnlyList<T> items) => items.Count <= Rows
        ? items
        : Enumerable.Range(0, Rows).Select(i => items[(int)((long)i * (items.Count - 1) / (Rows - 1))]);

    /// <summary>Returns the points, or the lowest and the highest of each stretch where there are more than can be seen.</summary>
    public static IEnumerable<PlotPoint> Extremes(IReadOnlyList<PlotPoint> points)
    {
        if (points.Count <= Points)
        {
            return points;
        }

        int stretch = (int)Math.Ceiling(2.0 * points.Count / Points);
        return points.Chunk(stretch).SelectMany(IEnumerable<PlotPoint> (chunk) =>
            [.. new[] { chunk.MinBy(point => point.Y), chunk.MaxBy(point => point.Y) }.Distinct().OrderBy(point => point.X)]);
    }
}
