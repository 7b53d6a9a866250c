using Distillation.Evaluation;

namespace Distillation.AI;

/// <summary>The quality that a strategy reaches with each number of labels.</summary>
public sealed record StrategyCurve
{
    /// <summary>Gets the name of the strategy.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the points, by rising numbers of labels.</summary>
    public required IReadOnlyList<CurvePoint> Points { get; init; }

    /// <summary>Gets the difference from random choice, over seeds, of the mean quality of all rounds after the first labels.</summary>
    /// <value><see langword="null"/> of random choice itself.</value>
    public required PairedComparison? AgainstRandom { get; init; }

    /// <summary>Gets whether the strategy is shown to be better than random choice.</summary>
    public bool BeatsRandom => AgainstRandom is { Interval.Low: > 0 };

    /// <summary>Describes the curve: the difference from random choice, and a line for each number of labels.</summary>
    /// <returns>Several lines, with 4 significant digits.</returns>
    public string Describe() => string.Join(
        Environment.NewLine,
        [AgainstRandom?.Describe(Name, higherIsBetter: true) ?? $"{Name}:", .. Points.Select(point => $"  {point.Describe()}")]);

    /// <inheritdoc/>
    public override string ToString() => Describe();
}
