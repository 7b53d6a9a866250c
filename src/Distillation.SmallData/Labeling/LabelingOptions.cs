namespace Distillation.SmallData;

/// <summary>How a teacher labels samples.</summary>
public sealed record LabelingOptions
{
    /// <summary>Gets by what the teacher's logits are divided.</summary>
    /// <value>Positive. The default value is 1, which is right for a calibrated teacher.</value>
    public double Temperature { get; init => field = Require.Positive(value); } = 1;

    /// <summary>
    /// Gets how much of a label is the sample's own, or of a generated sample its parents', where it is known. A known label of zeros is none: the teacher
    /// alone says.
    /// </summary>
    /// <value>In [0, 1]. The default is 0: the teacher's outputs alone.</value>
    public double KnownShare { get; init => field = Require.InRange(value, 0, 1); }
}
