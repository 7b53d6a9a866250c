namespace Distillation.SmallData;

/// <summary>Rectangles of pixels, one for each image.</summary>
internal static class Rectangles
{
    /// <summary>Which pixels are in a rectangle that is cut off at the border.</summary>
    /// <param name="rows">The rows of the centers, [N] int64.</param>
    /// <param name="columns">The columns of the centers, [N] int64.</param>
    /// <param name="heights">The heights, [N] int64.</param>
    /// <param name="widths">The widths, [N] int64.</param>
    /// <param name="images">[N, C, H, W].</param>
    /// <returns>[N, 1, H, W] bool.</returns>
    public static Tensor Around(Tensor rows, Tensor columns, Tensor heights, Tensor widths, Tensor images) =>
        Between(rows, heights, images.size(2)).unsqueeze(2).logical_and(Between(columns, widths, images.size(3)).unsqueeze(1)).unsqueeze(1);

    private static Tensor Between(Tensor centers, Tensor sizes, long count)
    {
        Tensor places = KeptAliveScalar.Arange(0, count, torch.ScalarType.Int64, centers.device).unsqueeze(0);
        Tensor first = (centers - sizes.FloorDivide(2)).unsqueeze(1);
        return places.ge(first).logical_and(places.lt(first.Add(sizes.unsqueeze(1))));
    }
}
