namespace Distillation.Reports;

/// <summary>A point of a plot. A point with a coordinate that is not finite is not drawn.</summary>
/// <param name="X">The place along the horizontal axis.</param>
/// <param name="Y">The place along the vertical axis.</param>
public readonly record struct PlotPoint(double X, double Y);
