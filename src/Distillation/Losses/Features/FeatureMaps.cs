using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>What losses on maps do to them first.</summary>
internal static class FeatureMaps
{
    /// <summary>Brings the larger of two maps [N, C, H, W] to the height and width of the smaller, by averages.</summary>
    public static (Tensor Student, Tensor Teacher) PoolToSmaller(Tensor student, Tensor teacher)
    {
        FeatureShapes.RequireMaps(student, teacher);
        (long height, long width) = (Math.Min(student.size(2), teacher.size(2)), Math.Min(student.size(3), teacher.size(3)));
        return (Pool(student, height, width), Pool(teacher, height, width));
    }

    private static Tensor Pool(Tensor map, long height, long width) =>
        map.size(2) == height && map.size(3) == width ? map : functional.adaptive_avg_pool2d(map, [height, width]);
}
