using Distillation.Evaluation;

namespace Distillation.Reports;

/// <summary>A point of a plot. A point with a coordinate that is not finite is not drawn.</summary>
/// <param name="X">The place along the horizontal axis.</param>
/// <param name="Y">The place along the vertical axis.</param>
public readonly record struct PlotPoint(double X, double Y)
{
    /// <summary>Gets the interval of <see cref="Y"/>, drawn as an error bar where both of its ends are finite.</summary>
    /// <value>The default is <see langword="null"/>: none.</value>
    public Interval? Interval { get; init; }
}
