using Distillation;
using Distillation.Data;
using Distillation.Serialization;
using QuickStart;
using static TorchSharp.torch.nn;

namespace TrainingService;

/// <summary>The images, their classes, and the networks of teacher and student.</summary>
internal static class Clothes
{
    public const int Pixels = 784;

    private static readonly string[] Names =
        ["T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"];

    public static string NameOf(long label) => Names[label];

    public static TensorData Read(string part) =>
        ImageData.FromIdx(PathOf($"{part}-images-idx3-ubyte.gz"), PathOf($"{part}-labels-idx1-ubyte.gz"));

    public static Module<Tensor, Tensor> Teacher()
    {
        Module<Tensor, Tensor> network = Networks.Convolutional();
        ModuleWeights.Load(network, PathOf("teacher.safetensors"));
        return network;
    }

    public static Module<Tensor, Tensor> Student() => Networks.Mlp(hidden: 64, seed: 1);

    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "Data", file);
}
