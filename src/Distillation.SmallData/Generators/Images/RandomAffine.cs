using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>Small affine warps: each image is turned, scaled and shifted a little, with linear interpolation; what comes in is zero.</summary>
/// <remarks>
/// Rotation alone is <c>new RandomAffine { Degrees = 15, Scale = 0, Pixels = 0 }</c>. Small warps stay near the data and are the first thing to try with
/// images.
/// </remarks>
public sealed class RandomAffine : SampleTransform
{
    /// <summary>Gets the largest rotation either way, in degrees.</summary>
    /// <value>In [0, 180]. The default value is 5.</value>
    public double Degrees { get; init => field = Require.InRange(value, 0, 180); } = 5;

    /// <summary>Gets the largest change of size either way, as a share of it.</summary>
    /// <value>In [0, 1). The default value is 0.06.</value>
    public double Scale { get; init => field = Require.BelowOne(value); } = 0.06;

    /// <summary>Gets the largest shift either way, in pixels.</summary>
    /// <value>Zero or positive. The default value is 1.</value>
    public double Pixels { get; init => field = Require.NotNegative(value); } = 1;

    /// <inheritdoc/>
    protected internal override Tensor Transform(Tensor inputs, LabeledSamples originals, SampleRandom random)
    {
        RequireImages(inputs, nameof(RandomAffine));
        Tensor draws = random.Uniform(4, inputs.dtype).MulInPlace(2).SubInPlace(1);
        Tensor angle = draws.select(1, 0).Mul(Degrees * Math.PI / 180);
        Tensor scale = draws.select(1, 1).Mul(Scale).AddInPlace(1);
        Tensor cosine = angle.cos().div_(scale);
        Tensor sine = angle.sin().div_(scale);
        Tensor right = draws.select(1, 2).Mul(2 * Pixels / inputs.size(3));
        Tensor down = draws.select(1, 3).Mul(2 * Pixels / inputs.size(2));
        Tensor maps = torch.stack([torch.stack([cosine, -sine, right], 1), torch.stack([sine, cosine, down], 1)], 1);
        Tensor grid = functional.affine_grid(maps, inputs.shape, align_corners: false);
        return functional.grid_sample(inputs, grid, align_corners: false);
    }
}
