using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>What losses on maps do to them first.</summary>
internal static class FeatureMaps
{
    /// <summary>Sees [N, C] as a map of one place.</summary>
    public static Tensor Of(Tensor layer) => layer.dim() == 2 ? layer.unsqueeze(2).unsqueeze(3) : layer;

    /// <summary>Brings the larger of two maps [N, C, H, W] to the height and width of the smaller, by averages.</summary>
    public static (Tensor Student, Tensor Teacher) PoolToSmaller(Tensor student, Tensor teacher)
    {
        FeatureShapes.RequireMaps(student, teacher);
        (long height, long width) = (Math.Min(student.size(2), teacher.size(2)), Math.Min(student.size(3), teacher.size(3)));
        return (Pool(student, height, width), Pool(teacher, height, width));
    }

    /// <summary>Averages a map down to a height and width; a map of that size stays as it is.</summary>
    public static Tensor Pool(Tensor map, long height, long width) =>
        IsOf(map, height, width) ? map : functional.adaptive_avg_pool2d(map, (height, width));

    /// <summary>Repeats the nearest places up, or skips places down, to a height and width; a map of that size stays as it is.</summary>
    public static Tensor Resize(Tensor map, long height, long width) =>
        IsOf(map, height, width) ? map : functional.interpolate(map, [height, width], mode: torch.InterpolationMode.Nearest);

    private static bool IsOf(Tensor map, long height, long width) => map.size(2) == height && map.size(3) == width;
}
