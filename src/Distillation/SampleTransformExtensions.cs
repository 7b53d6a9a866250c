using Distillation.Training;

namespace Distillation;

/// <summary>Transforms made of transforms.</summary>
public static class SampleTransformExtensions
{
    /// <summary>Applies one transform after the other: a flip, and then a shift.</summary>
    /// <param name="first">The transform that sees the inputs.</param>
    /// <param name="next">The transform that sees what the first one has made.</param>
    /// <returns>A transform of both. What they draw has nothing in common, also where both are the same one.</returns>
    public static ISampleTransform Then(this ISampleTransform first, ISampleTransform next) =>
        new TransformSequence(Require.Present(first), Require.Present(next));
}
