using Distillation.Evaluation;

namespace Distillation.AI;

/// <summary>The quality with a number of labels, over seeds.</summary>
public sealed record CurvePoint
{
    /// <summary>Gets the number of labels, without those that the pool had before.</summary>
    public required int Labels { get; init; }

    /// <summary>Gets the cost of the labels.</summary>
    public required double Cost { get; init; }

    /// <summary>Gets the quality of each seed.</summary>
    public required IReadOnlyList<double> Values { get; init; }

    /// <summary>Gets the mean quality.</summary>
    public required double Mean { get; init; }

    /// <summary>Gets the interval of the mean over seeds, as that of <see cref="PairedComparison"/>.</summary>
    public required Interval Interval { get; init; }

    /// <summary>Describes the point.</summary>
    /// <returns>A line, with 4 significant digits.</returns>
    public string Describe() => $"{Figures.Count(Labels)} labels, cost {Figures.Of(Cost)}: {Figures.Of(Mean)} ({Figures.Of(Interval)})";

    /// <inheritdoc/>
    public override string ToString() => Describe();
}
