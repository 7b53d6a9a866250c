using Distillation.Onnx.Format;
using static TorchSharp.torch.nn;

namespace Distillation.Onnx.Tests.Export;

public sealed class SharedWeightsTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly ExportedFile _file = new();

    public void Dispose()
    {
        _file.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Layer_that_is_called_twice_has_its_weights_once()
    {
        Module<Tensor, Tensor> layer = Linear(30, 30);

        OnnxExportReport report = OnnxExport.Write(Sequential(layer, ReLU(), layer), _file.Path, [30]);

        Constants(_file.Path).Select(constant => constant.Name).Should().Equal("0.weight", "0.bias");
        report.Should().BeEquivalentTo(new { Layers = 3 });
        report.Bytes.Should().BeLessThan(2 * 30 * 30 * sizeof(float));
    }

    [Fact]
    public void Recurrent_layer_that_is_called_twice_has_its_weights_once()
    {
        Module<Tensor, Tensor> layer = Around.Of(LSTM(8, 8, batchFirst: true));

        OnnxExport.Write(Sequential(layer, layer), _file.Path, [3, 8]);

        Constants(_file.Path).Count(constant => constant.DataType == (int)TensorProto.Types.DataType.Float).Should().Be(3, "input, state and biases");
    }

    [Fact]
    public void Folded_layers_that_are_called_twice_have_their_weights_once()
    {
        Module<Tensor, Tensor> pair = Sequential(Conv2d(4, 4, 1), LayerCases.Steady(BatchNorm2d(4)));
        Module<Tensor, Tensor> network = Sequential(pair, ReLU(), pair);

        OnnxExport.Write(network, _file.Path, [4, 3, 3], new() { FoldBatchNorm = true });

        Constants(_file.Path).Should().HaveCount(2, "weight and bias");
        _file.Error(network, torch.randn(5, 4, 3, 3)).Should().BeLessThan(1e-5);
    }

    [Fact]
    public void Tied_weights_are_there_once()
    {
        var embedding = Embedding(50, 8);
        var output = Linear(8, 50, hasBias: false);
        output.weight = embedding.weight!;

        OnnxExport.Write(Sequential(embedding, output), _file.Path, [3], new() { Indices = 50 });

        Constants(_file.Path).Should().ContainSingle().Which.Dims.Should().Equal(50, 8);
    }

    [Fact]
    public void Weights_that_differ_stay_apart()
    {
        OnnxExport.Write(Sequential(Linear(4, 4, hasBias: false), Linear(4, 4, hasBias: false)), _file.Path, [4]);

        Constants(_file.Path).Should().HaveCount(2);
    }

    private static TensorProto[] Constants(string path)
    {
        using FileStream file = File.OpenRead(path);
        return [.. ModelProto.Parser.ParseFrom(file).Graph.Initializer];
    }
}
