using static TorchSharp.torch.nn;

namespace Distillation.Generation;

/// <summary>Takes a part of each image, somewhere in it, and enlarges it to the old size with linear interpolation.</summary>
/// <remarks>The part has the image's shape, and sides that are a share of the image's, drawn evenly from [<see cref="LeastShare"/>, 1]. Small shares lose what the label was for.</remarks>
public sealed class ImageCrop : SampleTransform
{
    /// <summary>Makes the generator.</summary>
    /// <param name="leastShare">The least share of height and width; in (0, 1]. The default value is 0.85.</param>
    public ImageCrop(double leastShare = 0.85) => LeastShare = Require.InRange(Require.Positive(leastShare), 0, 1);

    /// <summary>Gets the least share of height and width.</summary>
    public double LeastShare { get; }

    /// <inheritdoc/>
    protected internal override Tensor Transform(Tensor inputs, Originals originals, SampleChance chance)
    {
        RequireImages(inputs, nameof(ImageCrop));
        Tensor draws = chance.Uniform(3, inputs.dtype);
        Tensor share = draws.select(1, 0).Times(1 - LeastShare).PlusInPlace(LeastShare);
        Tensor room = share.TakenFrom(1);
        Tensor none = torch.zeros_like(share);
        Tensor right = draws.select(1, 1).Times(2).MinusInPlace(1) * room;
        Tensor down = draws.select(1, 2).Times(2).MinusInPlace(1) * room;
        Tensor maps = torch.stack([torch.stack([share, none, right], 1), torch.stack([none, share, down], 1)], 1);
        Tensor grid = functional.affine_grid(maps, inputs.shape, align_corners: false);
        return functional.grid_sample(inputs, grid, padding_mode: torch.GridSamplePaddingMode.Border, align_corners: false);
    }
}
