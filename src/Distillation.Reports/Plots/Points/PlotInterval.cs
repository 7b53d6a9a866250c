using Distillation.Evaluation;

namespace Distillation.Reports;

/// <summary>A value of a plot with its interval.</summary>
/// <param name="Name">What it stands for.</param>
/// <param name="Value">The value, drawn as a dot; one that is not finite is not drawn.</param>
/// <param name="Interval">
/// Its interval, drawn as an error bar where both of its ends are finite. The default is <see langword="null"/>: none.
/// </param>
public readonly record struct PlotInterval(string Name, double Value, Interval? Interval = null);
