using Distillation.Tests;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Compression.Tests;

public sealed class FactorizeTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Weights_of_low_rank_become_two_layers_with_the_same_outputs()
    {
        using Sequential network = Sequential(
            ("conv", Conv2d(4, 16, 3, stride: 2, padding: 1, dilation: 2)), ("act", ReLU()), ("pool", AdaptiveAvgPool2d(1)), ("flat", Flatten()),
            ("inner", Sequential(("fc", Linear(16, 12, hasBias: false)))));
        LowerRank(network, "conv.weight", 3);
        LowerRank(network, "inner.fc.weight", 2);
        Tensor inputs = Some.Inputs(samples: 2, features: 4 * 81).view(2, 4, 9, 9);
        using var noGradient = torch.no_grad();
        double[] before = Close.Numbers(network.call(inputs));

        using CompressedNetwork thin = StudentBuilder.Factorize(network, inputs, new() { Energy = 1 - 1e-9 });

        Close.ShouldBe(Close.Numbers(thin.Network.call(inputs)), before, 1e-5, "the output");
        thin.Report.Layers.Select(layer => (layer.Path, layer.Before, layer.After)).Should().Equal(("conv", 16, 3), ("inner.fc", 12, 2));
        thin.Network.state_dict().Keys.Should().Equal(
            "conv.reduce.weight", "conv.expand.weight", "conv.expand.bias", "inner.fc.reduce.weight", "inner.fc.expand.weight");
        thin.Report.After.Parameters.Should().Be((3 * 36) + (16 * 3) + 16 + (2 * 16) + (12 * 2));
    }

    [Fact]
    public void Error_is_that_of_the_singular_values_left_out()
    {
        using Sequential network = Sequential(("fc", Linear(10, 8, hasBias: false)));
        Tensor weight = network.get_parameter("fc.weight")!.detach().clone();
        double[] values = Close.Numbers(torch.linalg.svdvals(weight));

        using CompressedNetwork thin = StudentBuilder.Factorize(network, Some.Inputs(features: 10), new() { Rank = 2 });

        using var noGradient = torch.no_grad();
        Tensor product = thin.Network.get_parameter("fc.expand.weight")!.matmul(thin.Network.get_parameter("fc.reduce.weight")!);
        double error = (weight - product).square().sum().item<float>();
        Close.ShouldBe(error, values.Skip(2).Sum(value => value * value), 1e-4);
    }

    [Fact]
    public void Data_bring_outputs_as_near_as_the_rank_allows()
    {
        // Inputs of very different scales; the best matrix of rank r for them is the truncated decomposition of W·Xᵀ.
        Tensor inputs = Some.Inputs(samples: 200, features: 10) * torch.logspace(-1.5, 0.5, 10);
        Tensor weight = Linear(10, 8, hasBias: false).weight.detach().clone();
        double[] values = Close.Numbers(torch.linalg.svdvals(weight.matmul(inputs.t())));

        double with = Change(new() { Rank = 3, Data = new TensorData(inputs), BatchSize = 64 });
        double without = Change(new() { Rank = 3 });

        double all = values.Sum(value => value * value);
        Close.ShouldBe(with, Math.Sqrt(values.Skip(3).Sum(value => value * value) / all), 1e-3);
        without.Should().BeGreaterThan(with * 1.05);

        double Change(LowRankOptions options)
        {
            Sequential network = Sequential(("fc", Linear(10, 8, hasBias: false)));
            ((Linear)network[0]).weight = new Parameter(weight.clone());
            using CompressedNetwork thin = StudentBuilder.Factorize(network, inputs, options);
            return thin.Report.OutputChange;
        }
    }

    [Fact]
    public void Patches_of_convolutions_are_weighed_too()
    {
        torch.manual_seed(3);
        Tensor inputs = torch.randn(6, 3, 8, 8) * torch.tensor(new float[] { 3, 1, 0.1f }).view(1, 3, 1, 1);
        Tensor weight = torch.randn(10, 3, 3, 3);

        double with = Change(new() { Rank = 4, Data = new TensorData(inputs), BatchSize = 4 });

        with.Should().BeLessThan(Change(new() { Rank = 4 }) * 0.9);

        double Change(LowRankOptions options)
        {
            Sequential network = Sequential(("conv", Conv2d(3, 10, 3, padding: 1, stride: 2, bias: false)));
            ((Conv2d)network[0]).weight = new Parameter(weight.clone());
            using CompressedNetwork thin = StudentBuilder.Factorize(network, inputs, options);
            return thin.Report.OutputChange;
        }
    }

    [Fact]
    public void Excluded_layers_stay()
    {
        Sequential network = Sequential(("a", Linear(10, 10)), ("b", Linear(10, 10)));

        using CompressedNetwork thin = StudentBuilder.Factorize(network, Some.Inputs(features: 10), new() { Rank = 2, Excluded = ["b"] });

        thin.Network.state_dict().Keys.Should().Equal("a.reduce.weight", "a.expand.weight", "a.expand.bias", "b.weight", "b.bias");
    }

    [Fact]
    public void Ranks_that_save_nothing_are_refused_and_the_network_stays()
    {
        using Sequential network = Sequential(("a", Linear(4, 4)));
        network.train();

        FluentActions.Invoking(() => StudentBuilder.Factorize(network, Some.Inputs(features: 4), new() { Energy = 1 })).Should().Throw<ArgumentException>()
            .WithMessage("A layer must need fewer weights as two of the rank, but of a none does: lower Energy.*");

        network.training.Should().BeTrue();
        network.call(Some.Inputs(features: 4)).shape.Should().Equal(20, 4);
    }

    [Fact]
    public void Nothing_is_left_in_the_scope_of_the_caller()
    {
        Sequential network = Sequential(("a", Linear(10, 10)), ("act", ReLU()), ("b", Linear(10, 3)));
        TensorData data = Some.Data(features: 10);
        int tensors = _scope.DisposablesCount;

        using CompressedNetwork thin = StudentBuilder.Factorize(network, data.Inputs, new() { Rank = 2, Data = data });

        _scope.DisposablesCount.Should().BeLessThanOrEqualTo(tensors);
    }

    private static void LowerRank(Module network, string name, long rank)
    {
        using var noGradient = torch.no_grad();
        Tensor parameter = network.get_parameter(name)!;
        Tensor matrix = torch.randn(parameter.size(0), rank).matmul(torch.randn(rank, parameter.numel() / parameter.size(0)));
        parameter.copy_(matrix.view(parameter.shape));
    }
}
