namespace Distillation.Data;

/// <summary>One way to cut the numbers of a data source in two.</summary>
/// <param name="Train">The numbers to learn from, rising.</param>
/// <param name="HeldOut">The numbers that are held out, rising.</param>
public sealed record Fold(IReadOnlyList<long> Train, IReadOnlyList<long> HeldOut);
