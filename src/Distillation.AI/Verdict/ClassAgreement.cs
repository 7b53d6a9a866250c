using Distillation.Evaluation;

namespace Distillation.AI;

/// <summary>How often the student has the label of the language model, among the texts to which the latter gives one label.</summary>
public sealed record ClassAgreement
{
    /// <summary>Gets the label of the language model.</summary>
    public required string Label { get; init; }

    /// <summary>Gets the number of texts with this label.</summary>
    public required int Texts { get; init; }

    /// <summary>Gets the number of them to which the student outputs the same label.</summary>
    public required int Agreed { get; init; }

    /// <summary>Gets the interval of the share (Clopper and Pearson, 1934); [0, 1] of no text.</summary>
    public required Interval Interval { get; init; }

    /// <summary>Gets the share, in [0, 1]; NaN of no text.</summary>
    public double Share => (double)Agreed / Texts;

    /// <summary>Describes the agreement.</summary>
    /// <returns>A line, with 4 significant digits.</returns>
    public string Describe() => $"{Label}: {Figures.Count(Agreed)} of {Figures.Count(Texts)} texts (share {Figures.Of(Interval)})";

    /// <inheritdoc/>
    public override string ToString() => Describe();
}
