using Distillation.Onnx.Layers;
using Xunit.Abstractions;

namespace Distillation.Onnx.Tests.Export;

public sealed class EveryLayerTests(ITestOutputHelper output) : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly ExportedFile _file = new();

    public static TheoryData<LayerCase> Cases => [.. LayerCases.All];

    public void Dispose()
    {
        _file.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public void Layer_computes_the_same_in_ONNX_Runtime(LayerCase layer)
    {
        torch.manual_seed(1);
        torch.nn.Module<Tensor, Tensor> module = layer.Make();

        OnnxExport.Write(module, _file.Path, layer.Shape, new() { Indices = layer.Indices });

        var errors = new List<double>();
        foreach (long batch in (long[])[1, 3, 64])
        {
            long[] shape = [batch, .. layer.Shape];
            Tensor input = layer.Indices is { } count ? torch.randint(count, shape, torch.ScalarType.Int64) : torch.randn(shape) * 3;
            errors.Add(_file.Error(module, input));
        }

        // What the documents say of errors: dotnet test --logger "console;verbosity=detailed".
        output.WriteLine(FormattableString.Invariant($"{errors.Max():G1} {layer.Name}"));
        errors.Should().OnlyContain(error => error <= 1e-5);
    }

    [Fact]
    public void Every_layer_of_the_table_is_tried() =>
        LayerTable.Layers.Select(layer => layer.Name).Should().BeSubsetOf(LayerCases.All.Select(layer => layer.Name.Split(' ')[0]));

    [Fact]
    public void Every_layer_of_TorchSharp_is_in_the_table_or_left_out_for_a_reason()
    {
        string[] leftOut =
        [
            "Sequential", // is walked
            "FractionalMaxPool2d", "FractionalMaxPool3d", // draw their windows, in evaluation too
            "AdaptiveMaxPool3d", // throws in TorchSharp 0.107
        ];

        IEnumerable<string> all = typeof(torch).Assembly.GetExportedTypes()
            .Where(type => !type.IsAbstract && type.IsAssignableTo(typeof(torch.nn.Module<Tensor, Tensor>))).Select(type => type.Name);

        LayerTable.Layers.Select(layer => layer.Name).Concat(leftOut).Should().BeEquivalentTo(all);
    }
}
