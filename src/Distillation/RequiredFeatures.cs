namespace Distillation;

/// <summary>The inner layers that a loss reads.</summary>
/// <param name="Student">Layers of the student.</param>
/// <param name="Teacher">Layers of the teacher.</param>
public sealed record RequiredFeatures(FeatureSet Student, FeatureSet Teacher)
{
    /// <summary>Gets the demand of a loss that reads the logits alone.</summary>
    public static RequiredFeatures None { get; } = new(FeatureSet.None, FeatureSet.None);

    /// <summary>Unites two demands.</summary>
    /// <param name="left">One demand.</param>
    /// <param name="right">The other demand.</param>
    /// <returns>Every layer that either reads.</returns>
    public static RequiredFeatures operator |(RequiredFeatures left, RequiredFeatures right) => new(left.Student | right.Student, left.Teacher | right.Teacher);
}
