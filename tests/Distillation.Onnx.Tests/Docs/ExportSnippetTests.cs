using Distillation.Onnx.Tests.Export;
using TorchSharp.Modules;
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

/// <summary>Tokens and places as vectors, an encoder, the mean over the places, classes. Token 0 is padding.</summary>
internal sealed class TextClassifier : Module<Tensor, Tensor>, IOnnxExportable
{
    private readonly Embedding _tokens;
    private readonly Parameter _places;
    private readonly TransformerEncoder _encoder;
    private readonly Linear _classes;

    public TextClassifier(long tokens, long length, long width, long classes)
        : base(nameof(TextClassifier))
    {
        _tokens = Embedding(tokens, width);
        _places = Parameter(torch.randn(length, 1, width));
        _encoder = TransformerEncoder(TransformerEncoderLayer(width, 4, 32, activation: Activations.GELU), 2);
        _classes = Linear(width, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor texts)
    {
        Tensor vectors = _tokens.call(texts).transpose(0, 1) + _places;
        return _classes.call(_encoder.call(vectors, null, texts.eq(0)).mean([0]));
    }

    public OnnxValue Export(OnnxGraph graph, OnnxValue texts)
    {
        OnnxValue turned = graph.Apply("Transpose", [graph.Call(_tokens, texts)], ("perm", new long[] { 1, 0, 2 }));
        OnnxValue vectors = graph.Apply("Add", [turned, graph.Constant(_places)]);
        OnnxValue padding = graph.Apply("Equal", [texts, graph.Constant(torch.tensor(0L))]);
        OnnxValue encoded = graph.Call(_encoder, vectors, mask: null, padding);
        return graph.Call(_classes, graph.Apply("ReduceMean", [encoded], ("axes", new long[] { 0 }), ("keepdims", 0)));
    }
}
