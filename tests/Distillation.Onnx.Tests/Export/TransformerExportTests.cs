using Distillation.Onnx.Tests.Docs;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Onnx.Tests.Export;

public sealed class TransformerExportTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly ExportedFile _file = new();

    public TransformerExportTests() => torch.manual_seed(1);

    public void Dispose()
    {
        _file.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Classifier_of_texts_is_exported()
    {
        Module<Tensor, Tensor> classifier = new TextClassifier(tokens: 40, length: 6, width: 16, classes: 3);

        OnnxExport.Write(classifier, _file.Path, [6], new() { Indices = 40, Softmax = true });

        Tensor texts = torch.randint(1, 40, [64, 6], torch.ScalarType.Int64);
        texts[torch.TensorIndex.Slice(10, 40), torch.TensorIndex.Slice(4, 6)] = torch.tensor(0L);
        _file.Error(Sequential(classifier, Softmax(1)), texts).Should().BeLessThan(1e-6);
    }

    [Fact]
    public void Masks_of_an_attention_are_exported()
    {
        MultiheadAttention attention = MultiheadAttention(8, 2);
        Tensor causal = torch.full([5, 5], double.NegativeInfinity).triu(1);
        var module = new Said(
            input => attention.call(Turned(input), Turned(input), Turned(input), Padding(input), true, causal).Item1.transpose(0, 1),
            (graph, input) => Turned(
                graph, graph.Call(attention, Turned(graph, input), Turned(graph, input), Turned(graph, input), Padding(graph, input), graph.Constant(causal))));
        module.register_module("attention", attention);

        OnnxExport.Write(module, _file.Path, [5, 8]);

        _file.Error(module, torch.randn(64, 5, 8)).Should().BeLessThan(1e-6);
    }

    [Fact]
    public void Masks_of_a_decoder_are_exported()
    {
        TransformerDecoder decoder = TransformerDecoder(TransformerDecoderLayer(8, 2, 10), 2);
        Tensor causal = torch.full([5, 5], double.NegativeInfinity).triu(1);
        Tensor near = torch.tensor(new float[,] { { 0, -1, -2 }, { -1, 0, -1 }, { -2, -1, 0 }, { -3, -2, -1 }, { -4, -3, -2 } });
        var module = new Said(
            input => decoder.call(Turned(input), Turned(input).narrow(0, 0, 3), causal, near, Padding(input), Padding(input).narrow(1, 0, 3)).transpose(0, 1),
            (graph, input) => Turned(graph, graph.Call(
                decoder,
                Turned(graph, input),
                Around.Start(graph, Turned(graph, input)),
                graph.Constant(causal),
                graph.Constant(near),
                Padding(graph, input),
                Padding(graph, Start(graph, input)))));
        module.register_module("decoder", decoder);

        OnnxExport.Write(module, _file.Path, [5, 8]);

        _file.Error(module, torch.randn(64, 5, 8)).Should().BeLessThan(1e-5);
    }

    [Fact]
    public void Masks_of_keys_that_the_layer_adds_are_refused()
    {
        MultiheadAttention attention = MultiheadAttention(8, 2, add_zero_attn: true);
        var module = new Said(
            input => attention.call(Turned(input), Turned(input), Turned(input), Padding(input), true, null).Item1.transpose(0, 1),
            (graph, input) =>
                Turned(graph, graph.Call(attention, Turned(graph, input), Turned(graph, input), Turned(graph, input), Padding(graph, input), null)));
        module.register_module("attention", attention);

        Action export = () => OnnxExport.Write(module, _file.Path, [5, 8]);

        export.Should().Throw<OnnxExportException>().WithMessage("*attention (MultiheadAttention): a mask has no place*");
    }

    // A place is padding where its first number is below 0; the first place never is, so that each query sees a key.
    private static Tensor Padding(Tensor input)
    {
        Tensor padding = input.select(2, 0).lt(0);
        padding[torch.TensorIndex.Colon, torch.TensorIndex.Single(0)] = torch.tensor(false);
        return padding;
    }

    private static OnnxValue Padding(OnnxGraph graph, OnnxValue input)
    {
        OnnxValue first = graph.Apply("Gather", [input, graph.Constant(torch.tensor(0L))], ("axis", 2));
        OnnxValue negative = graph.Apply("Less", [first, graph.Constant(torch.tensor(0f))]);
        return graph.Apply(
            "And", [negative, graph.Constant(torch.tensor(Enumerable.Range(0, (int)graph.ShapeOf(input)[1]).Select(place => place > 0).ToArray()))]);
    }

    private static OnnxValue Start(OnnxGraph graph, OnnxValue input) => Turned(graph, Around.Start(graph, Turned(graph, input)));

    private static Tensor Turned(Tensor input) => input.transpose(0, 1);

    private static OnnxValue Turned(OnnxGraph graph, OnnxValue value) => graph.Apply("Transpose", [value], ("perm", new long[] { 1, 0, 2 }));
}
