using Distillation;
using Distillation.Onnx;
using static TorchSharp.torch.nn;

namespace FromPython;

/// <summary>The student as a file that needs nothing else: it takes pixels, and gives probabilities and the names of the classes.</summary>
internal static class StudentFile
{
    public static OnnxExportReport Write(Module<Tensor, Tensor> network, string path) =>
        Student.From(network).ExportOnnx(path, [1, 28, 28], new() { Normalization = Clothes.Normalization, Softmax = true, Labels = Clothes.Names });
}
