namespace Distillation.Reports;

/// <summary>The names of the series of a plot, and whether a dot or a line stands before each.</summary>
internal readonly record struct Legend(IReadOnlyList<string> Names, bool HasDots = false);
