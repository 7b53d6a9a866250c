using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>What losses on maps [N, C, H, W] do with them.</summary>
internal static class Maps
{
    /// <summary>Averages the larger of two maps down to the height and width of the smaller.</summary>
    public static (Tensor Left, Tensor Right) ToSmaller(Tensor left, Tensor right)
    {
        long height = Math.Min(left.size(2), right.size(2));
        long width = Math.Min(left.size(3), right.size(3));
        return (Pool(left, height, width), Pool(right, height, width));
    }

    /// <summary>Averages a map down to a height and width; a map of that size stays as it is.</summary>
    public static Tensor Pool(Tensor map, long height, long width) =>
        IsOf(map, height, width) ? map : functional.adaptive_avg_pool2d(map, (height, width));

    /// <summary>Repeats the nearest places up, or skips places down, to a height and width; a map of that size stays as it is.</summary>
    public static Tensor Resize(Tensor map, long height, long width) =>
        IsOf(map, height, width) ? map : functional.interpolate(map, [height, width], mode: torch.InterpolationMode.Nearest);

    private static bool IsOf(Tensor map, long height, long width) => map.size(2) == height && map.size(3) == width;
}
