using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>Histograms of oriented gradients (Dalal and Triggs, 2005): what a kernel should see of an image instead of its pixels.</summary>
/// <remarks>
/// Gradients by central differences, of the channel where they are strongest; orientations without sign in <see cref="Orientations"/> bins, each pixel's
/// magnitude shared linearly between the two nearest; summed over cells; blocks of 2×2 cells, each scaled to length 1, cut at 0.2 and scaled again.
/// <see cref="Staggered"/> and <see cref="PixelWeight"/> are no part of the paper.
/// </remarks>
public sealed record HistogramOfGradients
{
    // So many small images fit into a processor's cache with their bins.
    private const int ChunkSize = 64;

    /// <summary>Gets the width and height of a cell, in pixels.</summary>
    /// <value>Positive. The default value is 4. Pixels that do not fill a cell are left out.</value>
    public int CellSize { get; init => field = Require.Positive(value); } = 4;

    /// <summary>Gets the number of bins for orientations in [0°, 180°).</summary>
    /// <value>Positive. The default value is 9.</value>
    public int Orientations { get; init => field = Require.Positive(value); } = 9;

    /// <summary>
    /// Gets whether there are three more grids of cells, half a cell further down, right, and both, so that it matters little where the grid falls.
    /// </summary>
    /// <value>The default value is <see langword="false"/>. Images get a margin of zeros of half a cell.</value>
    public bool Staggered { get; init; }

    /// <summary>
    /// Gets how long the vector of pixels is that stands behind the description, as a share of the length √B of B blocks; without it a kernel does not see how
    /// bright a surface is.
    /// </summary>
    /// <value>Zero or positive. The default value is 0: no pixels.</value>
    public double PixelWeight { get; init => field = Require.NotNegative(value); }

    /// <summary>Describes images.</summary>
    /// <param name="images">[N, C, H, W] or [N, H, W], of a floating type.</param>
    /// <returns>[N, B · 4 · Orientations] for B blocks; with pixels, [N, B · 4 · Orientations + C · H · W].</returns>
    /// <exception cref="ArgumentException">The images do not have 2×2 cells at least.</exception>
    public Tensor Describe(Tensor images)
    {
        Require.Present(images);
        if (images.dim() is not (3 or 4) || images.size(-1) < 2 * CellSize || images.size(-2) < 2 * CellSize)
        {
            throw new ArgumentException(
                $"Images must be [N, C, H, W] or [N, H, W] with at least {2 * CellSize} rows and columns, but are {Distillation.Shapes.Of(images)}.",
                nameof(images));
        }

        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor maps = images.dim() == 3 ? images.unsqueeze(1) : images;
        return torch.cat([.. maps.split(ChunkSize).Select(DescribeChunk)]).MoveToOuterDisposeScope();
    }

    private Tensor DescribeChunk(Tensor maps)
    {
        using var scope = torch.NewDisposeScope();
        var parts = new List<Tensor>();
        int half = Staggered ? CellSize / 2 : 0;
        (Tensor magnitude, Tensor angle) = Gradients(half > 0 ? functional.pad(maps, [half, half, half, half]) : maps);
        Tensor bins = Bins(magnitude, angle);
        int[] starts = half > 0 ? [0, half] : [0];
        foreach (int down in starts)
        {
            foreach (int right in starts)
            {
                Tensor window = bins.narrow(2, down, maps.size(2)).narrow(3, right, maps.size(3));
                parts.Add(Blocks(functional.avg_pool2d(window, CellSize, CellSize)));
            }
        }

        if (PixelWeight > 0)
        {
            double length = PixelWeight * Math.Sqrt(parts.Sum(part => part.size(1)) / (4.0 * Orientations));
            parts.Add(functional.normalize(maps.flatten(1)).MulInPlace(length));
        }

        return torch.cat([.. parts], 1).MoveToOuterDisposeScope();
    }

    // [N, H, W] each; the angle in [0, 1) of half a turn.
    private static (Tensor Magnitude, Tensor Angle) Gradients(Tensor maps)
    {
        Tensor padded = functional.pad(maps, [1, 1, 1, 1], PaddingModes.Replicate);
        (long height, long width) = (maps.size(2), maps.size(3));
        Tensor down = padded.narrow(2, 2, height).narrow(3, 1, width) - padded.narrow(2, 0, height).narrow(3, 1, width);
        Tensor right = padded.narrow(2, 1, height).narrow(3, 2, width) - padded.narrow(2, 1, height).narrow(3, 0, width);
        (Tensor magnitude, Tensor channel) = torch.max(down.Square().AddInPlace(right.Square()).sqrt(), 1, keepdim: true);
        Tensor angle = torch.atan2(down.gather(1, channel), right.gather(1, channel)).DivInPlace(Math.PI);
        return (magnitude.squeeze(1), angle.Remainder(1).squeeze(1));
    }

    // [N, O, H, W]
    private Tensor Bins(Tensor magnitude, Tensor angle)
    {
        Tensor place = angle.Mul(Orientations).SubInPlace(0.5);
        Tensor lower = place.floor();
        Tensor share = place - lower;
        Tensor first = lower.Remainder(Orientations).to(torch.ScalarType.Int64).unsqueeze(1);
        Tensor second = lower.Add(1).Remainder(Orientations).to(torch.ScalarType.Int64).unsqueeze(1);
        return torch.zeros([magnitude.size(0), Orientations, magnitude.size(1), magnitude.size(2)], magnitude.dtype, magnitude.device)
            .scatter_add_(1, first, (magnitude * share.RSub(1)).unsqueeze(1))
            .scatter_add_(1, second, (magnitude * share).unsqueeze(1));
    }

    private static Tensor Blocks(Tensor cells)
    {
        (long rows, long columns) = (cells.size(2) - 1, cells.size(3) - 1);
        Tensor blocks = torch.cat(
            [
                cells.narrow(2, 0, rows).narrow(3, 0, columns), cells.narrow(2, 0, rows).narrow(3, 1, columns),
                cells.narrow(2, 1, rows).narrow(3, 0, columns), cells.narrow(2, 1, rows).narrow(3, 1, columns),
            ],
            1);
        Tensor once = blocks / blocks.Square().sum(1, keepdim: true).AddInPlace(1e-10).sqrt();
        Tensor cut = once.ClampMax(0.2);
        return (cut / cut.Square().sum(1, keepdim: true).AddInPlace(1e-10).sqrt()).flatten(1);
    }
}
