using Distillation.Onnx;
using Distillation.SmallData;

namespace Distillation.Benchmarks.SmallData;

/// <summary>ResNet18 of the NuGet package Microsoft.ML.DnnImageFeaturizer.ResNet18 as a teacher, cut behind its third stage, for images of any size.</summary>
internal static class PretrainedNetwork
{
    /// <summary>Gets the ends of the second and third stages, and of the first block of the third.</summary>
    public static IReadOnlyList<Feature> Layers { get; } = ["ReLU315_Output_0", "ReLU333_Output_0", "ReLU347_Output_0"];

    public static OnnxTeacher Load(string path) => Teacher.FromOnnx(path, new OnnxTeacherOptions
    {
        Output = Layers[^1].Path,
        InnerValues = FeatureSet.Of(Layers),
        InputShape = [-1, 3, -1, -1],
    });

    /// <summary>Gray images in [0, 1] as the network takes them: pixels of [0, 255] less the mean of its training images.</summary>
    public static ImageAdapter Images(int size) => new() { Channels = 3, Size = size, Mean = [114 / 255.0], Deviation = [1 / 255.0] };

    public static FeatureExtractor Features(ITeacher network, int size, string? cache, params IReadOnlyList<FeaturePart> parts) =>
        new(network, new FeatureExtractorOptions { Parts = parts, Images = Images(size), CacheDirectory = cache });
}
