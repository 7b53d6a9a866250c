namespace Distillation.SmallData;

/// <summary>Which labeled samples are kept. By default all are.</summary>
/// <remarks>
/// <para>
/// Conditions are tested in the order in which they stand here, each on the samples that passed those before; a sample is dropped, and counted, by the first
/// that it does not meet.
/// </para>
/// <para>
/// A calibrated teacher's doubt is knowledge too: dropping all samples of which it is not very sure has made models worse, not better. Measure what a filter
/// brings.
/// </para>
/// </remarks>
public sealed record SampleFilter
{
    /// <summary>Gets how large the largest probability of a sample must be at least.</summary>
    /// <value>In [0, 1]. The default value is 0: any.</value>
    public double MinConfidence { get; init => field = Require.InRange(value, 0, 1); }

    /// <summary>Gets by how much the largest probability must at least exceed the second one.</summary>
    /// <value>In [0, 1]. The default value is 0: any.</value>
    public double MinMargin { get; init => field = Require.InRange(value, 0, 1); }

    /// <summary>Gets which share of the members of a teacher of several must hold the same class likeliest as all together: 1 for all of them.</summary>
    /// <value>
    /// In [0, 1]. The default value is 0: any. Members without a weight for the class (<see cref="Models.IEnsemble.HasWeight"/>) are not counted.
    /// </value>
    public double MinAgreement { get; init => field = Require.InRange(value, 0, 1); }

    /// <summary>Gets whether the teacher must hold likeliest what the known label, of a generated sample its parents', holds likeliest.</summary>
    /// <value>The default value is <see langword="false"/>. A sample without a known label meets it.</value>
    public bool MustMatchKnown { get; init; }

    /// <summary>
    /// Gets how many times as many samples as the smallest class each class may have at most; the class of a sample is its likeliest. Of a class with more the
    /// least confident are dropped first, of those equally confident the last.
    /// </summary>
    /// <value>
    /// At least 1, for classes of the same size, or <see langword="null"/>: any. The default value is <see langword="null"/>. A class without samples does not
    /// count as the smallest, and no class loses all.
    /// </value>
    public double? LargestClassRatio { get; init => field = value is { } ratio ? Require.InRange(ratio, 1, double.MaxValue, nameof(LargestClassRatio)) : null; }

    /// <summary>Gets whether it needs more than the labels of samples.</summary>
    internal bool NeedsTeacher => MinAgreement > 0 || MustMatchKnown;
}
