namespace Distillation.SmallData;

/// <summary>How many samples a <see cref="SampleFilter"/> kept, and by what it dropped the others.</summary>
/// <param name="Samples">The number of samples that there were.</param>
/// <param name="BelowConfidence">The number dropped by <see cref="SampleFilter.MinConfidence"/>.</param>
/// <param name="BelowMargin">The number dropped by <see cref="SampleFilter.MinMargin"/>.</param>
/// <param name="BelowAgreement">The number dropped by <see cref="SampleFilter.MinAgreement"/>.</param>
/// <param name="AgainstKnown">The number dropped by <see cref="SampleFilter.MustMatchKnown"/>.</param>
/// <param name="Surplus">The number dropped by <see cref="SampleFilter.LargestClassRatio"/>.</param>
public sealed record FilterReport(long Samples, long BelowConfidence, long BelowMargin, long BelowAgreement, long AgainstKnown, long Surplus)
{
    /// <summary>Gets the number of samples that were kept.</summary>
    public long Kept => Samples - BelowConfidence - BelowMargin - BelowAgreement - AgainstKnown - Surplus;

    /// <summary>Says the report in plain words.</summary>
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
