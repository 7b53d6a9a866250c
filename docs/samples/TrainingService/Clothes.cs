using Distillation;
using Distillation.Data;
using Distillation.Serialization;
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
        Module<Tensor, Tensor> network = Sequential(
            ("norm", BatchNorm2d(1)),
            ("block1", Block(1, 16)),
            ("pool1", MaxPool2d(2)),
            ("block2", Block(16, 48)),
            ("block3", Block(48, 48)),
            ("pool2", MaxPool2d(2)),
            ("block4", Block(48, 96)),
            ("block5", Block(96, 96)),
            ("mean", AdaptiveAvgPool2d(1)),
            ("flatten", Flatten()),
            ("out", Linear(96, 10)));
        ModuleWeights.Load(network, PathOf("teacher.safetensors"));
        return network;
    }

    public static Module<Tensor, Tensor> Student()
    {
        torch.manual_seed(1);
        return Sequential(("flatten", Flatten()), ("in", Linear(Pixels, 64)), ("act", ReLU()), ("out", Linear(64, 10)));
    }

    private static Module<Tensor, Tensor> Block(long from, long to) =>
        Sequential(("conv", Conv2d(from, to, 3, padding: 1, bias: false)), ("norm", BatchNorm2d(to)), ("act", ReLU()));

    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "Data", file);
}
