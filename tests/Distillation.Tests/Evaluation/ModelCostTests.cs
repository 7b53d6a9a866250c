using Distillation.Evaluation;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Evaluation;

public sealed class ModelCostTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Linear_layers_are_counted()
    {
        ModelCost cost = ModelCost.Measure(Some.Mlp(6, 5, 3), torch.zeros(4, 6), runs: 3);

        cost.Parameters.Should().Be((6 * 5) + 5 + (5 * 3) + 3);
        cost.Bytes.Should().Be(4 * cost.Parameters);
        cost.MultiplyAdds.Should().Be((6 * 5) + (5 * 3));
        cost.UncountedLayers.Should().BeEmpty();
        cost.Latency.Should().BePositive();
    }

    [Fact]
    public void Convolutions_are_counted_by_output_places_and_groups()
    {
        Sequential network = Sequential(
            ("one", Conv2d(3, 8, 3, padding: 1)), // 8x8 places, 8 channels, 3·3·3 each
            ("two", Conv2d(8, 8, 3, stride: 2, padding: 1, groups: 8)), // 4x4 places, 8 channels, 1·3·3 each
            ("up", ConvTranspose2d(8, 4, 2, stride: 2))); // 4x4 places, 8 channels, 4·2·2 each

        ModelCost.Measure(network, torch.zeros(2, 3, 8, 8), runs: 1).MultiplyAdds.Should().Be((64 * 8 * 27) + (16 * 8 * 9) + (16 * 8 * 16));
    }

    [Fact]
    public void Layers_that_are_not_counted_are_named_and_buffers_have_bytes()
    {
        ModelCost cost = ModelCost.Measure(Sequential(("in", Linear(6, 5)), ("norm", BatchNorm1d(5))), torch.zeros(4, 6), runs: 1);

        cost.UncountedLayers.Should().Equal("norm");
        cost.Bytes.Should().Be((4 * (35 + 10 + 10)) + 8);
    }

    [Fact]
    public void Mode_is_as_it_was()
    {
        Sequential network = Some.Mlp();
        network.train();

        ModelCost.Measure(network, torch.zeros(1, 6), runs: 1);

        network.training.Should().BeTrue();
    }

    [Fact]
    public void Ratio_tells_how_many_times_more_the_larger_costs()
    {
        CompressionRatio ratio = ModelCost.Measure(Linear(8, 8), torch.zeros(1, 8), 1).DividedBy(ModelCost.Measure(Linear(8, 2), torch.zeros(1, 8), 1));

        (ratio.Parameters, ratio.Bytes, ratio.MultiplyAdds).Should().Be((4, 4, 4));
    }

    [Fact]
    public void No_tensor_is_left_and_no_hook_stays()
    {
        Sequential network = Some.Mlp();
        Tensor input = torch.zeros(1, 6);

        Leak.None(() => ModelCost.Measure(network, input, runs: 2));
    }
}
