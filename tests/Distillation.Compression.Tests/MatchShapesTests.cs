using Distillation.Serialization;
using Distillation.Tests;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Compression.Tests;

public sealed class MatchShapesTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly string _path = Path.GetTempFileName();

    public static TheoryData<string> Names => [.. Networks.All.Keys.Where(name => name != "mobilenet_v2")];

    public void Dispose()
    {
        _scope.Dispose();
        File.Delete(_path);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Pruned_network_comes_back_from_its_file(string name)
    {
        using Module<Tensor, Tensor> pruned = Networks.Make(name);
        Tensor inputs = Networks.Inputs(name);
        StudentBuilder.PruneChannels(pruned, inputs);
        ModuleWeights.Save(pruned, _path);
        using Module<Tensor, Tensor> loaded = Networks.Make(name, seed: 2);
        using var noGradient = torch.no_grad();

        using (SafetensorsFile file = SafetensorsFile.Open(_path))
        {
            StudentBuilder.MatchShapes(loaded, file);
        }

        ModuleWeights.Load(loaded, _path);
        Close.Numbers(loaded.call(inputs)).Should().Equal(Close.Numbers(pruned.call(inputs)));
    }

    [Theory]
    [InlineData("a.weight", new long[] { 4, 6, 1 }, "'a.weight' can have other numbers of channels than [8, 6], but not the shape [4, 6, 1].*")]
    [InlineData("a.bias", new long[] { 5 }, "Layer 'a' must have as many of 'bias' as of its channels, 8, but the shape is [5].*")]
    [InlineData("a.weight", null, "The shape of 'a.weight' is missing.*")]
    public void Impossible_shape_is_refused_and_nothing_changes(string name, long[]? shape, string message)
    {
        using Module<Tensor, Tensor> network = Networks.Make("linear");
        double[] before = Some.Weights(network);
        Dictionary<string, long[]> shapes = network.state_dict().ToDictionary(tensor => tensor.Key, tensor => tensor.Value.shape);
        _ = shape is null ? shapes.Remove(name) : (shapes[name] = shape) is not null;

        FluentActions.Invoking(() => StudentBuilder.SetShapes(network, shapes)).Should().Throw<ArgumentException>().WithMessage(message);

        Some.Weights(network).Should().Equal(before);
    }

    [Fact]
    public void Other_shape_of_a_tensor_without_channels_is_refused()
    {
        using Sequential network = Sequential(("a", Linear(6, 4)), ("norm", LayerNorm(4)));
        Dictionary<string, long[]> shapes = network.state_dict().ToDictionary(tensor => tensor.Key, tensor => tensor.Value.shape);
        shapes["norm.weight"] = [3];

        FluentActions.Invoking(() => StudentBuilder.SetShapes(network, shapes)).Should().Throw<ArgumentException>()
            .WithMessage("'norm.weight' must have the shape [4], because no layer with channels holds it, but the shape is [3].*");
    }
}
