using Distillation.Onnx;
using Distillation.Tests;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Compression.Tests;

/// <summary>Students that are built from teachers leave as ONNX files.</summary>
public sealed class ExportTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("distillation-");

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("convolution")]
    [InlineData("flattened maps")]
    [InlineData("transposed")]
    [InlineData("depthwise")]
    [InlineData("norm without weights")]
    [InlineData("resnet18")]
    [InlineData("mobilenet_v2")]
    public void Pruned_network_computes_the_same_in_ONNX_Runtime(string name)
    {
        using Module<Tensor, Tensor> network = Networks.Make(name);
        StudentBuilder.PruneChannels(network, Networks.Inputs(name));

        ShouldComputeTheSame(network, Networks.Inputs(name));
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("convolution")]
    [InlineData("depthwise")]
    public void Factorized_network_computes_the_same_in_ONNX_Runtime(string name)
    {
        using var network = (Sequential)Networks.Make(name);
        using CompressedNetwork thin = StudentBuilder.Factorize(network, Networks.Inputs(name), new() { Energy = 0.5 });

        thin.Report.After.Parameters.Should().BeLessThan(thin.Report.Before.Parameters);
        ShouldComputeTheSame(thin.Network, Networks.Inputs(name));
    }

    [Fact]
    public void Network_of_chosen_layers_computes_the_same_in_ONNX_Runtime()
    {
        using var network = (Sequential)Networks.Make("linear");
        using Sequential kept = StudentBuilder.KeepLayers(network, 0, 1, 2, 3);

        kept.eval();
        ShouldComputeTheSame(kept, Networks.Inputs("linear"));
    }

    private void ShouldComputeTheSame(Module<Tensor, Tensor> network, Tensor inputs)
    {
        string path = Path.Combine(_folder.FullName, "student.onnx");
        using var noGradient = torch.no_grad();
        Tensor expected = network.call(inputs);

        OnnxExport.Write(network, path, inputs.shape[1..]);

        using OnnxTeacher exported = Teacher.FromOnnx(path);
        Tensor actual = exported.Predict(new TensorData(inputs).Read(torch.arange(inputs.size(0), torch.ScalarType.Int64)), FeatureSet.None).Logits;
        actual.shape.Should().Equal(expected.shape);
        Close.ShouldBe(Close.Numbers(actual), Close.Numbers(expected), 1e-4, "the output");
    }
}
