using System.Globalization;

namespace Distillation.AI;

/// <summary>Whether the newest texts differ from those with which a cascade was calibrated.</summary>
public sealed record DriftReport
{
    /// <summary>Gets the number of texts in the window, of which it is known whether they were passed on.</summary>
    public required int Texts { get; init; }

    /// <summary>Gets the number of texts of the window that were passed on.</summary>
    public required int PassedOn { get; init; }

    /// <summary>Gets the share that was passed on at calibration, in [0, 1].</summary>
    public required double ReferenceShare { get; init; }

    /// <summary>Gets the p-value of the share that is passed on, two-sided, in [0, 1]; 1 of an empty window.</summary>
    public required double SharePValue { get; init; }

    /// <summary>Gets the number of embeddings in the window; 0 where embeddings are not watched.</summary>
    public required int Embeddings { get; init; }

    /// <summary>Gets the Euclidean distance of the mean embedding of the window from that of the reference.</summary>
    /// <value><see langword="null"/> where there are no embeddings.</value>
    public required double? EmbeddingDistance { get; init; }

    /// <summary>Gets the p-value of <see cref="EmbeddingDistance"/>, in (0, 1].</summary>
    /// <value><see langword="null"/> where there are no embeddings.</value>
    public required double? EmbeddingPValue { get; init; }

    /// <summary>Gets the p-value up to which a difference counts as a drift, in (0, 1).</summary>
    public required double Significance { get; init; }

    /// <summary>Gets the share of the window that was passed on, in [0, 1]; NaN of an empty window.</summary>
    public double Share => (double)PassedOn / Texts;

    /// <summary>Gets whether the share that is passed on differs from the reference.</summary>
    public bool HasShareDrifted => SharePValue <= Significance;

    /// <summary>Gets whether the mean embedding differs from that of the reference.</summary>
    public bool HaveEmbeddingsDrifted => EmbeddingPValue <= Significance;

    /// <summary>Gets whether either differs.</summary>
    public bool HasDrifted => HasShareDrifted || HaveEmbeddingsDrifted;

    /// <summary>Describes the comparison.</summary>
    /// <returns>A few lines, with 4 significant digits.</returns>
    public string Describe()
    {
        var lines = new List<string>
        {
            Texts == 0
                ? "Passed on: no text observed yet."
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"Passed on: {PassedOn} of {Texts} texts ({100 * Share:G4} %), at calibration {100 * ReferenceShare:G4} %, "
                    + $"p = {SharePValue:G4}: {Verdict(HasShareDrifted)}"),
        };
        if (EmbeddingDistance is { } distance)
        {
            lines.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"Embeddings: the means are {distance:G4} apart, over {Embeddings} texts, p = {EmbeddingPValue:G4}: {Verdict(HaveEmbeddingsDrifted)}"));
        }

        if (HasDrifted)
        {
            lines.Add("The guarantee of the threshold no longer applies: label new texts, calibrate again, and train the student on what it passed on.");
        }

        return string.Join(Environment.NewLine, lines);
    }

    /// <inheritdoc/>
    public override string ToString() => Describe();

    private string Verdict(bool drifted) =>
        (drifted ? "a drift" : "no drift is established") + string.Create(CultureInfo.InvariantCulture, $" at level {Significance:G4}.");
}
