using Distillation.Evaluation;

namespace Distillation.AI;

/// <summary>How much a system differs from the language model on the same texts: system minus language model.</summary>
/// <remarks>
/// The interval of the accuracy is the wider one of two: the paired bootstrap of <see cref="PairedComparison"/>, and the adjusted interval of Bonett and Price
/// (2012), which does not become empty where two systems never differ. The interval of the macro F1 is the percentile bootstrap over texts (Efron and
/// Tibshirani, 1993).
/// </remarks>
public sealed record SystemDifference
{
    /// <summary>Gets the name of the system.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the difference of the accuracies, in [−1, 1].</summary>
    public required double Accuracy { get; init; }

    /// <summary>Gets the interval of <see cref="Accuracy"/>.</summary>
    public required Interval AccuracyInterval { get; init; }

    /// <summary>Gets the difference of the macro F1, in [−1, 1].</summary>
    public required double MacroF1 { get; init; }

    /// <summary>Gets the interval of <see cref="MacroF1"/>.</summary>
    public required Interval MacroF1Interval { get; init; }

    /// <summary>Gets the test whether both err equally often; the first one is the language model.</summary>
    public required McNemarTest McNemar { get; init; }

    /// <summary>Describes the difference, in points.</summary>
    /// <returns>A line.</returns>
    public string Describe() =>
        $"{Name}: accuracy {Figures.Signed(100 * Accuracy)} points ({Figures.Of(AccuracyInterval, 100)}), macro F1 {Figures.Signed(100 * MacroF1)} points "
        + $"({Figures.Of(MacroF1Interval, 100)}), McNemar p = {Figures.Of(McNemar.PValue)}";

    /// <inheritdoc/>
    public override string ToString() => Describe();
}
