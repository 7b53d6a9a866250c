namespace Distillation.Losses;

/// <summary>The labels that a loss reads as class ids.</summary>
/// <param name="Classes">The number of classes of the student: ids are in [0, Classes).</param>
/// <param name="Ignored">The id that marks a row which does not count.</param>
internal readonly record struct ClassIds(long Classes, long? Ignored);
