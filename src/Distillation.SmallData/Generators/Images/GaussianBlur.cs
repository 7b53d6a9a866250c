namespace Distillation.SmallData;

/// <summary>Images without fine detail: smoothed by a Gaussian of some pixels' width; the border's pixels go on outside.</summary>
/// <remarks>
/// A simplified version of each image, the same each time: for a curriculum, or in a <see cref="RandomChoice"/> with others. It harms where the label is in the
/// detail, or where the teacher sees edges.
/// </remarks>
public sealed class GaussianBlur : SampleTransform
{
    /// <summary>Creates the generator.</summary>
    /// <param name="pixels">The Gaussian's standard deviation, in pixels; positive. The default value is 1.</param>
    public GaussianBlur(double pixels = 1) => Pixels = Require.Positive(pixels);

    /// <summary>Gets the Gaussian's standard deviation, in pixels.</summary>
    public double Pixels { get; }

    /// <inheritdoc/>
    protected internal override Tensor Transform(Tensor inputs, LabeledSamples originals, SampleRandom random)
    {
        RequireImages(inputs, nameof(GaussianBlur));
        return Smoothing.Gaussian(inputs, Pixels, PaddingModes.Replicate);
    }
}
