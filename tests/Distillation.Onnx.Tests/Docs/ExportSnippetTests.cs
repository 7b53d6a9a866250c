using Distillation.Onnx.Tests.Export;
using static TorchSharp.torch.nn;

namespace Distillation.Onnx.Tests.Docs;

/// <summary>What the documents show of exports.</summary>
public sealed class ExportSnippetTests
{
    [Fact]
    public void Student_leaves_as_a_file()
    {
        using var scope = torch.NewDisposeScope();
        string before = Directory.GetCurrentDirectory();
        DirectoryInfo directory = Directory.CreateTempSubdirectory("distillation-onnx-");
        Directory.SetCurrentDirectory(directory.FullName);
        try
        {
            Module<Tensor, Tensor> network = Sequential(Flatten(), Linear(784, 3));
            using IStudent student = Student.From(network);
            OnnxExportReport report = student.ExportOnnx("digits.onnx", [1, 28, 28], new OnnxExportOptions { Softmax = true, Labels = ["zero", "one", "two"] });
            Console.WriteLine(report);

            new FileInfo("digits.onnx").Length.Should().Be(report.Bytes);
        }
        finally
        {
            Directory.SetCurrentDirectory(before);
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public void Residual_is_exported()
    {
        using var scope = torch.NewDisposeScope();
        using var file = new ExportedFile();
        var block = new Residual(Linear(3, 3));

        OnnxExport.Write(block, file.Path, [3]);

        file.Error(block, torch.ones(2, 3)).Should().BeLessThan(1e-6);
    }
}

internal sealed class Residual(Module<Tensor, Tensor> body) : Module<Tensor, Tensor>("residual"), IOnnxExportable
{
    public override Tensor forward(Tensor input) => input.add(body.call(input));

    public OnnxValue Export(OnnxGraph graph, OnnxValue input) => graph.Apply("Add", [input, graph.Call(body, input)]);
}
