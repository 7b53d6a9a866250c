using Distillation.Onnx;
using Distillation.SmallData;

namespace Distillation.Benchmarks.SmallData;

/// <summary>The example of docs/small-data.md: a teacher on features of ResNet18.</summary>
internal static class PretrainedExample
{
    public static void Run(
        string resNetPath, TensorData images, IDataSource test, ISampleGenerator generator, Func<torch.nn.Module<Tensor, Tensor>> original)
    {
        Feature[] layers = ["ReLU315_Output_0", "ReLU333_Output_0", "ReLU347_Output_0"];
        using ITeacher network = Teacher.FromOnnx(resNetPath, new OnnxTeacherOptions
        {
            InnerValues = FeatureSet.Of(layers),
            Output = "ReLU347_Output_0",
            InputShape = [-1, 3, -1, -1],
        });
        using var features = new FeatureExtractor(network, new FeatureExtractorOptions
        {
            Parts = [.. layers.Select(layer => new LayerFeatures(layer, FeaturePooling.Grid())), MappedFeatures.Gradients()],
            Images = new ImageAdapter { Channels = 3, Size = 64, Mean = [114 / 255.0], Deviation = [1 / 255.0] },
            CacheDirectory = "features",
        });
        Recipe recipe = Recipe.Distil(new FeatureRidge(features), generator) with { PoolShare = 0.95, MinPoolSize = 12_000 };
        using ModelDistillationResult result = new ModelDistillation(original, original, recipe).Run(images, test);
        Console.WriteLine(result.Report!.Describe());
    }
}
