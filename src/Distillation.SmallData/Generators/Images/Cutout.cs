namespace Distillation.SmallData;

/// <summary>
/// Cutout (DeVries and Taylor, 2017): a square of each image is set to zero; its center may be any pixel, and what is outside the image is cut off.
/// </summary>
/// <remarks>It helps large networks on many images; on few and small ones a square can hide what the label was for.</remarks>
public sealed class Cutout : SampleTransform
{
    /// <summary>Creates the generator.</summary>
    /// <param name="size">
    /// The side of the square, in pixels; positive. The default value is 8, the paper's for CIFAR-100; it takes 16 for CIFAR-10, half the image.
    /// </param>
    public Cutout(int size = 8) => Size = Require.Positive(size);

    /// <summary>Gets the side of the square, in pixels.</summary>
    public int Size { get; }

    /// <inheritdoc/>
    protected internal override Tensor Transform(Tensor inputs, LabeledSamples originals, SampleRandom random)
    {
        RequireImages(inputs, nameof(Cutout));
        Tensor rows = random.Below(inputs.size(2));
        Tensor columns = random.Below(inputs.size(3));
        Tensor size = KeptAliveScalar.FullLike(rows, Size);
        return inputs.MaskedFillInPlace(Rectangles.Around(rows, columns, size, size, inputs), 0);
    }
}
