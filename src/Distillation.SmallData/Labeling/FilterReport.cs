namespace Distillation.SmallData;

/// <summary>How many samples a <see cref="SampleFilter"/> kept, and by what it dropped the others.</summary>
public sealed record FilterReport
{
    /// <summary>Gets the number of samples that there were.</summary>
    public required long Samples { get; init; }

    /// <summary>Gets the number dropped by <see cref="SampleFilter.MinConfidence"/>.</summary>
    public required long BelowConfidence { get; init; }

    /// <summary>Gets the number dropped by <see cref="SampleFilter.MinMargin"/>.</summary>
    public required long BelowMargin { get; init; }

    /// <summary>Gets the number dropped by <see cref="SampleFilter.MinAgreement"/>.</summary>
    public required long BelowAgreement { get; init; }

    /// <summary>Gets the number dropped by <see cref="SampleFilter.MustMatchKnown"/>.</summary>
    public required long AgainstKnown { get; init; }

    /// <summary>Gets the number dropped by <see cref="SampleFilter.LargestClassRatio"/>.</summary>
    public required long Surplus { get; init; }

    /// <summary>Gets the number of samples that were kept.</summary>
    public long Kept => Samples - BelowConfidence - BelowMargin - BelowAgreement - AgainstKnown - Surplus;

    /// <summary>Describes the report in plain words.</summary>
    /// <returns>A sentence.</returns>
    public string Describe()
    {
        (long Count, string Why)[] dropped =
        [
            (BelowConfidence, "below the least confidence"),
            (BelowMargin, "below the least margin"),
            (BelowAgreement, "below the least agreement"),
            (AgainstKnown, "against their known label"),
            (Surplus, "surplus of their class"),
        ];
        string reasons = string.Join(", ", dropped.Where(part => part.Count > 0).Select(part => FormattableString.Invariant($"{part.Count} {part.Why}")));
        return FormattableString.Invariant($"Kept {Kept} of {Samples} samples{(reasons.Length > 0 ? $"; dropped {reasons}" : "")}.");
    }
}
