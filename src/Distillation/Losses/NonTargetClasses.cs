namespace Distillation.Losses;

/// <summary>The classes besides the label. Where a row rules out all of them, they are alike among themselves.</summary>
/// <param name="Log">The logarithms of their probabilities among themselves, [R, C]; at the label negative infinity.</param>
/// <param name="Probabilities">Their probabilities among themselves, [R, C]; at the label 0.</param>
/// <param name="LogOdds">The logarithm of the label's probability over that of all others together, [R, 1].</param>
internal readonly record struct NonTargetClasses(Tensor Log, Tensor Probabilities, Tensor LogOdds);
