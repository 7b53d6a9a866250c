using System.Text.Json;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData.Tests.Synthesis;

public sealed class MatchingTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Gradient_distance_and_its_gradient_are_those_of_pytorch()
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes("Fixtures/gradient-distance.json"));
        JsonElement root = file.RootElement;
        Sequential network = Sequential(Conv2d(2, 3, 3, padding: 1), Sigmoid(), Flatten(), Linear(48, 2)).to(torch.ScalarType.Float64);
        Parameter[] weights = [.. network.parameters()];
        foreach ((JsonElement values, Parameter weight) in root.GetProperty("weights").EnumerateArray().Zip(weights))
        {
            weight.with_requires_grad(false).copy_(torch.tensor(Numbers(values), weight.shape));
            weight.requires_grad = true;
        }

        Tensor synthetic = torch.tensor(Numbers(root.GetProperty("synthetic")), [2, 2, 4, 4]);
        synthetic.requires_grad = true;
        Tensor[] Gradients(Tensor inputs, bool createGraph)
        {
            Tensor loss = functional.cross_entropy(network.call(inputs), torch.ones(inputs.size(0), dtype: torch.ScalarType.Int64));
            return [.. torch.autograd.grad([loss], weights, retain_graph: createGraph, create_graph: createGraph)];
        }

        Tensor distance = GradientDistance.Of(
            Gradients(synthetic, true), Gradients(torch.tensor(Numbers(root.GetProperty("real")), [5, 2, 4, 4]), false));

        Close.ShouldBe(distance.item<double>(), root.GetProperty("distance").GetDouble(), 1e-9);
        Close.ShouldBe(Close.Numbers(torch.autograd.grad([distance], [synthetic])[0]), Numbers(root.GetProperty("slope")), 1e-8);
    }

    [Fact]
    public void A_step_of_gradient_matching_follows_the_gradient_of_the_distance()
    {
        using LabeledSamples data = Heaps(12);
        var matching = new GradientMatching
        {
            Network = Network,
            Networks = 1,
            StepsPerNetwork = 1,
            LearningRate = 0.3,
            RealBatchSize = 100,
        };
        using TensorData before = new RandomSubset().Condense(data, 2, seed: 4);
        using TensorData after = matching.Condense(data, 2, seed: 4);

        Module<Tensor, Tensor> network = OriginalTraining.Make(Network, unchecked((int)SplitMix64.Mix(4, 0)));
        Tensor[] weights = [.. network.parameters()];
        IList<Tensor> Gradients(Tensor inputs, long label)
        {
            using var enabled = torch.enable_grad();
            return torch.autograd.grad(
                [functional.cross_entropy(network.call(inputs), torch.full([inputs.size(0)], label, torch.ScalarType.Int64))], weights);
        }

        Tensor slope = torch.tensor(
            FiniteDifference.Gradient(
                inputs => Enumerable.Range(0, 2).Select(label => GradientDistance.Of(
                    [.. Gradients(inputs.narrow(0, 2 * label, 2), label)],
                    [.. Gradients(data.Inputs.index_select(0, data.Labels!.eq(label).nonzero().squeeze(1)), label)])).Aggregate((a, b) => a + b),
                before.Inputs),
            before.Inputs.shape);

        double rate = 0.3 * data.Inputs.var(unbiased: false).item<double>();
        Close.ShouldBe(Close.Numbers((before.Inputs - after.Inputs) / rate), Close.Numbers(slope), 1e-4);
    }

    [Fact]
    public void A_step_of_distribution_matching_moves_the_means_of_a_linear_embedding()
    {
        using LabeledSamples data = Heaps(20);
        static Module<Tensor, Tensor> Embedding() => Linear(2, 3, hasBias: false, dtype: torch.ScalarType.Float64);

        using TensorData before = new RandomSubset().Condense(data, 2, seed: 1);
        using TensorData after = new DistributionMatching { Network = Embedding, Steps = 1, RealBatchSize = 100 }.Condense(data, 2, seed: 1);

        // ∂‖W·(mean s − mean x)‖²/∂s = 2/k·WᵀW·(mean s − mean x) for each of the k samples.
        Tensor weights = ((Linear)OriginalTraining.Make(Embedding, unchecked((int)SplitMix64.Mix(1, 0)))).weight!;
        double rate = data.Inputs.var(unbiased: false).item<double>();
        for (long label = 0; label < 2; label++)
        {
            Tensor gap = before.Inputs.narrow(0, 2 * label, 2).mean([0]) - data.Inputs.index_select(0, data.Labels!.eq(label).nonzero().squeeze(1)).mean([0]);
            Tensor expected = weights.t().matmul(weights).matmul(gap) * rate;
            Tensor moved = before.Inputs.narrow(0, 2 * label, 2) - after.Inputs.narrow(0, 2 * label, 2);
            Close.ShouldBe(Close.Numbers(moved[0]), Close.Numbers(expected), 1e-9);
            Close.ShouldBe(Close.Numbers(moved[1]), Close.Numbers(expected), 1e-9);
        }
    }

    [Fact]
    public void Distribution_matching_brings_the_means_together()
    {
        using LabeledSamples data = Heaps(40);
        using TensorData few = new DistributionMatching { Network = Identity, Steps = 100, LearningRate = 0.05 }.Condense(data, 3);
        for (long label = 0; label < 2; label++)
        {
            Tensor wanted = data.Inputs.index_select(0, data.Labels!.eq(label).nonzero().squeeze(1)).mean([0]);
            Close.ShouldBe(Close.Numbers(few.Inputs.narrow(0, 3 * label, 3).mean([0])), Close.Numbers(wanted), 1e-3);
        }

        static Module<Tensor, Tensor> Identity() => torch.nn.Identity();
    }

    [Fact]
    public void Synthetic_images_follow_the_seed_and_are_optimized_through_transforms()
    {
        using TensorData images = Some.Images(16, classes: 2);
        using var data = new LabeledSamples(images);
        SampleTransform[] changes =
            [new RandomAffine(), new RandomTranslation(), new RandomHorizontalFlip(), new Cutout(2), new RandomResizedCrop(), new ElasticTransform()];
        IDataCondenser[] condensers =
        [
            new DistributionMatching { Network = CondensationNetworks.Embedding(data, 4), Steps = 6, Augmentations = changes },
            new GradientMatching
            {
                Network = CondensationNetworks.Classifier(data, 4), Networks = 2, StepsPerNetwork = 3, NetworkUpdates = 1, Augmentations = changes,
            },
        ];
        foreach (IDataCondenser condenser in condensers)
        {
            using TensorData drawn = new RandomSubset().Condense(data, 2, seed: 7);
            using TensorData first = condenser.Condense(data, 2, seed: 7);
            using TensorData second = condenser.Condense(data, 2, seed: 7);
            using TensorData other = condenser.Condense(data, 2, seed: 8);

            first.Inputs.Equals(second.Inputs).Should().BeTrue(condenser.Name);
            first.Inputs.allclose(other.Inputs).Should().BeFalse();
            first.Inputs.allclose(drawn.Inputs).Should().BeFalse();
            first.Labels!.data<long>().ToArray().Should().Equal(0, 0, 1, 1);
            first.Inputs.isfinite().all().item<bool>().Should().BeTrue();
        }
    }

    [Fact]
    public void A_transform_changes_real_and_synthetic_samples_alike()
    {
        using TensorData images = Some.Images(6, classes: 2);
        using var data = new LabeledSamples(images);
        var siamese = new SiameseAugmentation([new RandomAffine { Degrees = 90 }, new RandomTranslation(2)], data, seed: 0);
        Tensor copies = data.Inputs.narrow(0, 0, 1).expand(5, -1, -1, -1);

        Tensor changed = siamese.Apply(copies, 3);

        changed.allclose(changed.narrow(0, 0, 1).expand(5, -1, -1, -1)).Should().BeTrue();
        changed.allclose(copies).Should().BeFalse();
        changed.allclose(siamese.Apply(copies, 4)).Should().BeFalse();
    }

    [Fact]
    public void Cancellation_ends_the_work()
    {
        using LabeledSamples data = Heaps(12);
        var canceled = new CancellationToken(canceled: true);

        data.Invoking(all => new DistributionMatching().Condense(all, 2, cancellationToken: canceled)).Should().Throw<OperationCanceledException>();
        data.Invoking(all => new GradientMatching().Condense(all, 2, cancellationToken: canceled)).Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void Options_are_checked_where_they_are_written()
    {
        FluentActions.Invoking(() => new DistributionMatching { Momentum = 1 }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Momentum*[0, 1)*");
        FluentActions.Invoking(() => new GradientMatching { Networks = 0 }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Networks*positive*");
        FluentActions.Invoking(() => new GradientMatching { Augmentations = [null!] }).Should().Throw<ArgumentNullException>().WithMessage("*Augmentations*");
    }

    [Fact]
    public void Synthetic_samples_begin_as_those_of_another_method()
    {
        using LabeledSamples data = Heaps(20);
        var herding = new Herding();
        using TensorData first = herding.Condense(data, 3);
        using TensorData moved = new DistributionMatching { Network = Network, Steps = 1, LearningRate = 1e-9, Start = herding }.Condense(data, 3);

        moved.Inputs.allclose(first.Inputs, atol: 1e-6).Should().BeTrue();
    }

    [Fact]
    public void No_more_is_left_than_by_making_the_networks()
    {
        using TensorData heaps = SmallProblem.Heaps(12, [0, 1]);
        using var data = new LabeledSamples(heaps);
        long Left(Action work)
        {
            work();
            long before = Leak.Count();
            work();
            return torch.Tensor.TotalCount - before;
        }

        // What a layer leaves to the collector where it is made is not the work's own.
        long ofNetwork = Left(() => SmallProblem.HeapNetwork().Dispose());
        Left(() => new DistributionMatching { Network = () => torch.nn.Identity(), Steps = 2 }.Condense(data, 2).Dispose()).Should().Be(0);
        var gradients = new GradientMatching { Network = SmallProblem.HeapNetwork, Networks = 2, StepsPerNetwork = 2, NetworkUpdates = 1 };
        Left(() => gradients.Condense(data, 2).Dispose()).Should().BeLessThanOrEqualTo(2 * Math.Max(ofNetwork, 4));
    }

    private static Module<Tensor, Tensor> Network() =>
        Sequential(Linear(2, 5, dtype: torch.ScalarType.Float64), Tanh(), Linear(5, 2, dtype: torch.ScalarType.Float64));

    private static LabeledSamples Heaps(int samples)
    {
        using var scope = torch.NewDisposeScope();
        using TensorData heaps = SmallProblem.Heaps(samples, [0, 1]);
        return new LabeledSamples(new TensorData(heaps.Inputs.to(torch.ScalarType.Float64), heaps.Labels));
    }

    private static double[] Numbers(JsonElement values) => [.. values.EnumerateArray().Select(value => value.GetDouble())];
}
