using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>Takes a part of each image, somewhere in it, and enlarges it to the old size with linear interpolation.</summary>
/// <remarks>
/// The part has the image's shape, and sides that are a share of the image's, drawn evenly from [<see cref="MinShare"/>, 1]. Small shares lose what the label
/// was for.
/// </remarks>
public sealed class RandomResizedCrop : SampleTransform
{
    /// <summary>Creates the generator.</summary>
    /// <param name="minShare">The least share of height and width; in (0, 1]. The default value is 0.85.</param>
    public RandomResizedCrop(double minShare = 0.85) => MinShare = Require.InRange(Require.Positive(minShare), 0, 1, nameof(minShare));

    /// <summary>Gets the least share of height and width.</summary>
    public double MinShare { get; }

    /// <inheritdoc/>
    protected internal override Tensor Transform(Tensor inputs, LabeledSamples originals, SampleRandom random)
    {
        RequireImages(inputs, nameof(RandomResizedCrop));
        Tensor draws = random.Uniform(3, inputs.dtype);
        Tensor share = draws.select(1, 0).Mul(1 - MinShare).AddInPlace(MinShare);
        Tensor room = share.RSub(1);
        Tensor none = torch.zeros_like(share);
        Tensor right = draws.select(1, 1).Mul(2).SubInPlace(1) * room;
        Tensor down = draws.select(1, 2).Mul(2).SubInPlace(1) * room;
        Tensor maps = torch.stack([torch.stack([share, none, right], 1), torch.stack([none, share, down], 1)], 1);
        Tensor grid = functional.affine_grid(maps, inputs.shape, align_corners: false);
        return functional.grid_sample(inputs, grid, padding_mode: torch.GridSamplePaddingMode.Border, align_corners: false);
    }
}
