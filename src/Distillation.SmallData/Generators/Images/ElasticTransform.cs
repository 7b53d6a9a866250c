using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>
/// Elastic distortions (Simard, Steinkraus and Platt, 2003): each pixel is taken from a place that is displaced a little, neighbors together, with linear
/// interpolation; what comes in is zero.
/// </summary>
/// <remarks>
/// <para>
/// Displacements to the right and down are drawn for each pixel evenly from [−1, 1), smoothed by a Gaussian of σ pixels (zero outside the image) and multiplied
/// by α. They have the deviation <c>0.16·α/σ</c> pixels away from the border: 1.4 with the defaults.
/// </para>
/// <para>
/// It helps with handwriting, whose strokes bend. The defaults are the paper's for images of 29×29: large for smaller ones, and for things that do not bend.
/// </para>
/// </remarks>
public sealed class ElasticTransform : SampleTransform
{
    /// <summary>Gets by what displacements are multiplied, α.</summary>
    /// <value>Positive. The default value is 34.</value>
    public double Strength { get; init => field = Require.Positive(value); } = 34;

    /// <summary>Gets the standard deviation of the Gaussian that smooths displacements, σ, in pixels.</summary>
    /// <value>Positive. The default value is 4.</value>
    public double Smoothness { get; init => field = Require.Positive(value); } = 4;

    /// <inheritdoc/>
    protected internal override Tensor Transform(Tensor inputs, LabeledSamples originals, SampleRandom random)
    {
        RequireImages(inputs, nameof(ElasticTransform));
        (long height, long width) = (inputs.size(2), inputs.size(3));
        Tensor draws = random.Uniform(2 * height * width, inputs.dtype).MulInPlace(2).SubInPlace(1).view(-1, 2, height, width);
        Tensor moves = Smoothing.Gaussian(draws, Smoothness, PaddingModes.Constant).MulInPlace(Strength);
        Tensor right = Places(width).unsqueeze(0).Add(moves.select(1, 0).Mul(2.0 / width));
        Tensor down = Places(height).unsqueeze(1).Add(moves.select(1, 1).Mul(2.0 / height));
        return functional.grid_sample(inputs, torch.stack([right, down], 3), align_corners: false);

        // The centers of pixels, in an image that goes from −1 to 1.
        Tensor Places(long count) => KeptAliveScalar.Arange(0, count, inputs.dtype, inputs.device).MulInPlace(2).AddInPlace(1).DivInPlace(count).SubInPlace(1);
    }
}
