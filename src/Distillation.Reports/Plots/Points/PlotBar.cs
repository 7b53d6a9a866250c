namespace Distillation.Reports;

/// <summary>A bar of a plot.</summary>
/// <param name="Name">What it stands for.</param>
/// <param name="Value">Its length, to the right where positive; one that is not finite is not drawn.</param>
public readonly record struct PlotBar(string Name, double Value);
