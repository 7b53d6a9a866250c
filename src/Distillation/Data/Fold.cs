namespace Distillation.Data;

/// <summary>One way to cut the numbers of a data source in two.</summary>
public sealed record Fold
{
    /// <summary>Gets the numbers to learn from, rising.</summary>
    public required IReadOnlyList<long> Train { get; init; }

    /// <summary>Gets the numbers that are held out, rising.</summary>
    public required IReadOnlyList<long> HeldOut { get; init; }
}
