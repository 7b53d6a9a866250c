using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData.Tests.Privacy;

public sealed class DpSgdTrainerTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _samples = SmallProblem.Heaps(60, [0, 1, 2, 3]);

    public void Dispose()
    {
        _samples.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Without_noise_and_clipping_an_update_on_all_samples_is_gradient_descent()
    {
        (Sequential model, Sequential expected) = (Network(), Network());
        var options = new DpSgdOptions { NoiseMultiplier = 0, ClipNorm = 1e6, BatchSize = 60, Steps = 1, LearningRate = 0.3 };

        DpSgdResult result = new DpSgdTrainer(options).Fit(model, _samples);

        functional.cross_entropy(expected.call(_samples.Inputs), _samples.Labels!).backward();
        foreach ((Parameter moved, Parameter start) in model.parameters().Zip(expected.parameters()))
        {
            Close.ShouldBe(Close.Numbers(moved), Close.Numbers(start - (start.grad! * 0.3)), 1e-5);
        }

        result.SamplingRate.Should().Be(1);
        result.ClippedShare.Should().Be(0);
        result.Epsilon.Should().Be(double.PositiveInfinity);
    }

    [Fact]
    public void The_sum_is_of_gradients_that_are_clipped_one_by_one()
    {
        Sequential model = Network();
        using var gradients = new SampleGradients(model);
        Tensor[] sums = [.. gradients.Parameters.Select(parameter => torch.zeros_like(parameter))];
        for (int row = 0; row < 3; row++)
        {
            (Tensor input, Tensor label) = (_samples.Inputs.narrow(0, row, 1), _samples.Labels!.narrow(0, row, 1));
            gradients.Add(input, label, clipNorm: 0.2);

            IList<Tensor> whole = torch.autograd.grad([functional.cross_entropy(model.call(input), label)], [.. gradients.Parameters]);
            double length = Math.Sqrt(whole.Sum(gradient => gradient.square().sum().item<float>()));
            length.Should().BeGreaterThan(0.2);
            sums = [.. sums.Zip(whole, (sum, gradient) => sum + (gradient * (0.2 / length)))];
        }

        gradients.Clipped.Should().Be(3);
        foreach ((Tensor sum, Tensor expected) in gradients.Sums.Zip(sums))
        {
            Close.ShouldBe(Close.Numbers(sum), Close.Numbers(expected), 1e-5);
        }
    }

    [Fact]
    public void Noise_has_the_deviation_of_the_multiplier_and_the_norm_over_the_expected_batch()
    {
        // Nothing is clipped to more than 1e-9: what moves the weights is the noise.
        Linear model = Linear(50, 40);
        using Tensor inputs = torch.rand(20, 50);
        using Tensor before = model.weight!.detach().clone();
        var options = new DpSgdOptions { NoiseMultiplier = 3e9, ClipNorm = 1e-9, BatchSize = 10, Steps = 1, LearningRate = 2 };

        new DpSgdTrainer(options).Fit(model, new TensorData(inputs, torch.zeros(20, dtype: torch.ScalarType.Int64)));

        // 2·σ·C/B = 0.6; the deviation of 2 000 draws is off by 1.6 %.
        (model.weight! - before).std().item<float>().Should().BeApproximately(0.6f, 0.04f);
    }

    [Fact]
    public void Poisson_samples_differ_in_number_and_the_divisor_does_not()
    {
        Linear model = Linear(1, 2, hasBias: false);
        init.zeros_(model.weight!);
        using Tensor inputs = torch.ones(100, 1);
        var options = new DpSgdOptions { NoiseMultiplier = 0, ClipNorm = 1e6, BatchSize = 20, Steps = 1, LearningRate = 1 };
        float[] moves = [.. Enumerable.Range(0, 30).Select(seed =>
        {
            init.zeros_(model.weight!);
            new DpSgdTrainer(options with { Seed = seed }).Fit(model, new TensorData(inputs, torch.zeros(100, dtype: torch.ScalarType.Int64)));
            return model.weight![0, 0].item<float>();
        })];

        // Each drawn sample moves the weight by ½/20.
        float[] counts = [.. moves.Select(move => move * 40)];
        counts.Should().OnlyContain(count => Math.Abs(count - MathF.Round(count)) < 1e-3);
        counts.Distinct().Count().Should().BeGreaterThan(5);
        counts.Average().Should().BeApproximately(20, 3);
    }

    [Fact]
    public void Private_training_learns_and_reports_its_loss()
    {
        Sequential model = Network();
        using TensorData many = SmallProblem.Heaps(400, [0, 1, 2, 3]);
        var options = new DpSgdOptions { NoiseMultiplier = 1, BatchSize = 40, Steps = 60, Momentum = 0.5 };

        DpSgdResult result = new DpSgdTrainer(options).Fit(model, many);

        model.call(many.Inputs).argmax(1).eq(many.Labels!).to(torch.ScalarType.Float32).mean().item<float>().Should().BeGreaterThan(0.9f);
        var accountant = new RdpAccountant();
        accountant.Add(1, 0.1, 60);
        result.Epsilon.Should().Be(accountant.Epsilon(1e-5));
        result.Describe().Should().Contain("60 updates").And.NotContain("loss");
        result.Loss.Should().BeInRange(0, 1);
    }

    [Fact]
    public void The_same_seed_gives_the_same_weights()
    {
        double[] Weights(int seed)
        {
            Sequential model = Network();
            new DpSgdTrainer(new() { BatchSize = 10, Steps = 3, Seed = seed }).Fit(model, _samples);
            return Close.Numbers(model.parameters().First());
        }

        Weights(1).Should().Equal(Weights(1)).And.NotEqual(Weights(2));
    }

    [Fact]
    public void Models_that_mix_samples_and_batches_that_are_too_large_are_refused()
    {
        FluentActions.Invoking(() => new DpSgdTrainer(new() { BatchSize = 10 }).Fit(Sequential(Linear(2, 3), BatchNorm1d(3)), _samples))
            .Should().Throw<InvalidOperationException>().WithMessage("*BatchNorm1d mixes*GroupNorm*");
        FluentActions.Invoking(() => new DpSgdTrainer(new() { BatchSize = 61 }).Fit(Network(), _samples))
            .Should().Throw<ArgumentException>().WithMessage("*BatchSize*60*61*");
    }

    [Fact]
    public void Nothing_leaks()
    {
        Sequential model = Network();
        Leak.None(() => new DpSgdTrainer(new() { BatchSize = 10, Steps = 2 }).Fit(model, _samples));
    }

    private static Sequential Network()
    {
        torch.manual_seed(7);
        return SmallProblem.HeapNetwork();
    }
}
