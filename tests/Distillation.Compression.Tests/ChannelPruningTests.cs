using Distillation.Tests;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Compression.Tests;

public sealed class ChannelPruningTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public static TheoryData<string> Names => [.. Networks.All.Keys];

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void Channels_that_are_zero_everywhere_go_and_outputs_stay(string name)
    {
        using Module<Tensor, Tensor> network = Networks.Make(name);
        Silence(network);
        Tensor inputs = Networks.Inputs(name);
        using var noGradient = torch.no_grad();
        Tensor before = network.call(inputs);
        long parameters = network.parameters().Sum(parameter => parameter.numel());

        CompressionReport report = StudentBuilder.PruneChannels(network, inputs);

        Close.ShouldBe(Close.Numbers(network.call(inputs)), Close.Numbers(before), 1e-5, "the output");
        report.OutputChange.Should().BeLessThan(1e-5);
        report.Layers.Should().NotBeEmpty().And.OnlyContain(layer => layer.After == layer.Before / 2 && layer.Reason == null);
        report.Before.Parameters.Should().Be(parameters);
        report.After.Parameters.Should().Be(network.parameters().Sum(parameter => parameter.numel())).And.BeLessThan(parameters * 2 / 3);
    }

    [Fact]
    public void Least_norms_go_and_the_rest_keeps_its_values()
    {
        using Sequential network = Sequential(("a", Linear(2, 4)), ("act", ReLU()), ("b", Linear(4, 1)));
        Set(network, "a.weight", [3, 0, 1, 1, 0, 9, 0.1f, 0.1f]);
        Set(network, "a.bias", [1, 2, 3, 4]);
        Set(network, "b.weight", [5, 6, 7, 8]);

        CompressionReport report = StudentBuilder.PruneChannels(network, Some.Inputs(samples: 2, features: 2));

        Numbers(network, "a.weight").Should().Equal(3, 0, 0, 9);
        Numbers(network, "a.bias").Should().Equal(1, 3);
        Numbers(network, "b.weight").Should().Equal(5, 7);
        report.Layers.Should().ContainSingle().Which.ToString().Should().Be("a: 4 to 2 channels");
    }

    [Fact]
    public void Outputs_decide_where_they_are_the_importance()
    {
        using Sequential network = Sequential(("a", Linear(2, 3)), ("act", ReLU()), ("b", Linear(3, 1)));
        Set(network, "a.weight", [9, 0, 0, 1, 2, 0]);
        Set(network, "a.bias", [0, 0, 0]);
        var data = new TensorData(torch.tensor(new float[] { 0, 1, 0, 5 }, 2, 2));

        StudentBuilder.PruneChannels(network, data.Inputs, new() { Keep = 0.3, Importance = ChannelImportance.OfOutputs(data) });

        Numbers(network, "a.weight").Should().Equal([0, 1], "the first input is always 0, so that the largest weights do nothing");
    }

    [Fact]
    public void Loss_decides_by_weights_times_gradients()
    {
        using Sequential network = Sequential(("a", Linear(1, 3, hasBias: false)), ("b", Linear(3, 1, hasBias: false)));
        Set(network, "a.weight", [1, 2, 3]);
        Set(network, "b.weight", [4, 1, 1]);
        var data = new TensorData(torch.ones(2, 1));

        // The gradient of the mean output by a.weight is b.weight: (1·4)², (2·1)², (3·1)².
        StudentBuilder.PruneChannels(
            network, data.Inputs, new() { Keep = 0.3, Importance = ChannelImportance.OfLoss(data, (outputs, _) => outputs.mean()) });

        Numbers(network, "a.weight").Should().Equal(1);
        network.parameters().Should().OnlyContain(parameter => ReferenceEquals(parameter.grad, null));
    }

    [Fact]
    public void Widths_are_multiples_and_not_below_the_smallest()
    {
        using Sequential network = Sequential(("a", Linear(6, 30)), ("act", ReLU()), ("b", Linear(30, 6)), ("act2", ReLU()), ("c", Linear(6, 3)));

        CompressionReport report = StudentBuilder.PruneChannels(network, Some.Inputs(), new() { Keep = 0.3, ChannelMultiple = 4, MinChannels = 5 });

        report.Layers.Select(layer => layer.After).Should().Equal([12], "30 · 0.3 is 9, and 6 is at most 8");
    }

    [Fact]
    public void Whole_network_shares_what_stays_where_pruning_is_global()
    {
        using Sequential network = Sequential(("a", Linear(2, 4)), ("act", ReLU()), ("b", Linear(4, 4)), ("act2", ReLU()), ("c", Linear(4, 3)));
        Set(network, "a.weight", [1, 0, 1, 0, 1, 0, 1, 0]);
        Set(network, "b.weight", [100, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]);

        CompressionReport report = StudentBuilder.PruneChannels(network, Some.Inputs(features: 2), new() { Keep = 0.625, IsGlobal = true });

        report.Layers.Select(layer => (layer.Path, layer.After)).Should().Equal([("b", 1)], "of b one channel has nearly all the norm");
    }

    [Fact]
    public void Excluded_layers_keep_their_channels()
    {
        using Module<Tensor, Tensor> network = Networks.Make("linear");

        CompressionReport report = StudentBuilder.PruneChannels(network, Networks.Inputs("linear"), new() { Excluded = ["a"] });

        report.Layers.Select(layer => layer.Path).Should().Equal("b");
    }

    [Fact]
    public void Heads_of_attention_stay_with_the_reason_and_the_rest_is_pruned()
    {
        torch.manual_seed(1);
        using var network = new Attention();
        network.eval();

        CompressionReport report = StudentBuilder.PruneChannels(network, Some.Inputs(samples: 4, features: 5 * 8).view(4, 5, 8));

        report.Layers.Single(layer => layer.Path == "_hidden").After.Should().Be(8);
        report.Layers.Where(layer => layer.Path != "_hidden")
            .Should().NotBeEmpty().And.OnlyContain(layer => layer.After == layer.Before && layer.Reason != null);
        report.Describe().Should().Contain("without one of them");
    }

    [Fact]
    public void Network_without_channels_that_can_go_is_refused_and_unchanged()
    {
        using Sequential network = Sequential(("a", Linear(6, 4)), ("norm", LayerNorm(4)), ("b", Linear(4, 3)));
        double[] before = Some.Weights(network);

        FluentActions.Invoking(() => StudentBuilder.PruneChannels(network, Some.Inputs())).Should().Throw<ArgumentException>()
            .WithMessage("The network must have a layer with channels that can go. Those of 'a' stay: because all depend on each other.*");

        Some.Weights(network).Should().Equal(before);
    }

    [Fact]
    public void Pattern_without_a_layer_is_refused() =>
        FluentActions.Invoking(() => StudentBuilder.PruneChannels(Networks.Make("linear"), Networks.Inputs("linear"), new() { Excluded = ["x*"] }))
            .Should().Throw<ArgumentException>().WithMessage("No layer has a path like 'x*'. The paths are: a, b, c.*");

    [Fact]
    public void Importance_that_is_no_number_is_refused_and_nothing_changes()
    {
        using Module<Tensor, Tensor> network = Networks.Make("linear");
        double[] before = Some.Weights(network);

        FluentActions.Invoking(() => StudentBuilder.PruneChannels(network, Networks.Inputs("linear"), new() { Importance = new Unknown() }))
            .Should().Throw<InvalidOperationException>()
            .WithMessage("Unknown must measure a finite score, zero or positive, for each of the 8 channels of layer 'a'.");

        Some.Weights(network).Should().Equal(before);
    }

    [Fact]
    public void Samples_that_do_not_come_first_are_refused()
    {
        using var network = new Turned();

        FluentActions.Invoking(() => StudentBuilder.PruneChannels(network, Some.Inputs())).Should().Throw<ArgumentException>()
            .WithMessage("The samples must lie along the first dimension everywhere*");
    }

    [Fact]
    public void Mode_comes_back_and_nothing_is_left_in_the_scope_of_the_caller()
    {
        using Module<Tensor, Tensor> network = Networks.Make("convolution");
        network.train();
        Tensor inputs = Networks.Inputs("convolution");
        int tensors = _scope.DisposablesCount;

        StudentBuilder.PruneChannels(network, inputs);

        _scope.DisposablesCount.Should().BeLessThanOrEqualTo(tensors);
        network.named_modules().Should().OnlyContain(module => module.module.training);
    }

    [Fact]
    public void Pruned_network_learns()
    {
        using Module<Tensor, Tensor> network = Networks.Make("residual");
        Tensor inputs = Networks.Inputs("residual");
        StudentBuilder.PruneChannels(network, inputs);
        double before = Norm();

        using torch.optim.Optimizer optimizer = torch.optim.SGD(network.parameters(), 0.01);
        network.call(inputs).square().sum().backward();
        optimizer.step();

        Norm().Should().BeLessThan(before);

        double Norm() => network.call(inputs).square().sum().item<float>();
    }

    // Every second channel of all layers but the last does nothing.
    private static void Silence(Module network)
    {
        using var noGradient = torch.no_grad();
        bool hasTransposed = network.named_children().Any(child => child.name == "up");
        string[] last = hasTransposed ? ["b"] : ["c", "_head", "fc", "classifier"];
        foreach ((string name, Parameter parameter) in network.named_parameters().Where(parameter => !last.Contains(parameter.name.Split('.')[0])))
        {
            bool transposed = name.StartsWith("up.", StringComparison.Ordinal) && parameter.dim() > 1;
            for (long channel = 1; channel < parameter.size(transposed ? 1 : 0); channel += 2)
            {
                parameter.select(transposed ? 1 : 0, channel).zero_();
            }
        }

        // A channel of zeros stays one where the mean is 0.
        foreach (BatchNorm norm in network.modules().OfType<BatchNorm>().Where(norm => norm.weight is null))
        {
            norm.running_mean!.zero_();
        }
    }

    private static void Set(Module network, string name, float[] values)
    {
        using var noGradient = torch.no_grad();
        Tensor parameter = network.get_parameter(name)!;
        parameter.copy_(torch.tensor(values).view(parameter.shape));
    }

    private static float[] Numbers(Module network, string name) => network.get_parameter(name)!.data<float>().ToArray();

    private sealed class Unknown : ChannelImportance
    {
        public override IReadOnlyDictionary<string, double[]> Measure(
            Module<Tensor, Tensor> network, IReadOnlyDictionary<string, Module<Tensor, Tensor>> layers) =>
            layers.ToDictionary(layer => layer.Key, _ => Enumerable.Repeat(double.NaN, 8).ToArray());
    }

    private sealed class Turned : Module<Tensor, Tensor>
    {
        private readonly Linear _first = Linear(6, 4);
        private readonly Linear _second = Linear(4, 3);

        public Turned()
            : base(nameof(Turned)) => RegisterComponents();

        public override Tensor forward(Tensor input) => _second.call(_first.call(input.unsqueeze(0).expand(3, -1, -1)).mean([0]));
    }

    private sealed class Attention : Module<Tensor, Tensor>
    {
        private readonly Linear _queries = Linear(8, 8);
        private readonly Linear _keys = Linear(8, 8);
        private readonly Linear _values = Linear(8, 8);
        private readonly Linear _joined = Linear(8, 8);
        private readonly Linear _hidden = Linear(8, 16);
        private readonly Linear _head = Linear(16, 3);

        public Attention()
            : base(nameof(Attention)) => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            (long samples, long places) = (input.size(0), input.size(1));
            Tensor Heads(Tensor tensor) => tensor.view(samples, places, 2, -1).transpose(1, 2);
            Tensor weights = functional.softmax(Heads(_queries.call(input)).matmul(Heads(_keys.call(input)).transpose(-1, -2)), -1);
            Tensor joined = _joined.call(weights.matmul(Heads(_values.call(input))).transpose(1, 2).reshape(samples, places, -1));
            return _head.call(functional.gelu(_hidden.call(functional.layer_norm(joined, [8]))).mean([1]));
        }
    }
}
