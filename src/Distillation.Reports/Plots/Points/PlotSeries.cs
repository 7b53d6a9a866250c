namespace Distillation.Reports;

/// <summary>Points that belong together, such as the values of one metric over the epochs.</summary>
public sealed record PlotSeries
{
    /// <summary>Gets the name.</summary>
    /// <exception cref="ArgumentException">It has no letters.</exception>
    public required string Name { get; init => field = Require.Text(value); }

    /// <summary>Gets the points, in the order in which a line connects them.</summary>
    public required IReadOnlyList<PlotPoint> Points { get; init => field = Require.Present(value); }
}
