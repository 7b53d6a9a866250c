namespace Distillation.Tests.Optimization;

/// <summary>Strategies against the update rules in plain doubles, over twenty given gradients.</summary>
public sealed class OptimizerTests
{
    private static readonly double[] Start = [0.5, -1.25, 2];
    private static readonly double[][] Gradients =
        [.. Enumerable.Range(0, 20).Select(step => Start.Select((_, i) => Math.Sin((3 * step) + i) + (0.1 * i)).ToArray())];

    [Theory]
    [InlineData(0, 0, false, 0)]
    [InlineData(0.9, 0, false, 0.01)]
    [InlineData(0.9, 0, true, 0.01)]
    [InlineData(0.8, 0.5, false, 0)]
    public void Sgd_follows_its_rule(double momentum, double dampening, bool nesterov, double decay)
    {
        double[] expected = [.. Start];
        double[]? buffer = null;
        foreach (double[] gradient in Gradients)
        {
            double[] g = [.. gradient.Zip(expected, (value, weight) => value + (decay * weight))];
            if (momentum > 0)
            {
                buffer = buffer is null ? g : [.. buffer.Zip(g, (old, now) => (momentum * old) + ((1 - dampening) * now))];
                g = nesterov ? [.. g.Zip(buffer, (now, kept) => now + (momentum * kept))] : buffer;
            }

            expected = [.. expected.Zip(g, (weight, value) => weight - (0.1 * value))];
        }

        Run(new SgdOptimizer(0.1) { Momentum = momentum, Dampening = dampening, Nesterov = nesterov, WeightDecay = decay }).Should().Equal(expected, Near);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    public void Adam_follows_its_rule(double decay) =>
        Run(new AdamOptimizer(0.1) { Beta1 = 0.8, Beta2 = 0.95, Epsilon = 1e-6, WeightDecay = decay }).Should().Equal(ByAdam(decay, decoupled: false), Near);

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    public void AdamW_follows_its_rule(double decay) =>
        Run(new AdamWOptimizer(0.1) { Beta1 = 0.8, Beta2 = 0.95, Epsilon = 1e-6, WeightDecay = decay }).Should().Equal(ByAdam(decay, decoupled: true), Near);

    [Fact]
    public void Any_optimizer_is_reached_by_a_delegate() =>
        Run(new CustomOptimizer(0.1, parameters => torch.optim.SGD(parameters.Select(parameter => parameter.Parameter).ToArray(), 1)))
            .Should().Equal(Run(new SgdOptimizer(0.1)), Near);

    [Fact]
    public void Optimizer_that_needs_a_closure_is_refused()
    {
        Action run = () => Run(new CustomOptimizer(0.1, parameters => torch.optim.LBFGS(parameters.Select(parameter => parameter.Parameter).ToArray())));

        run.Should().Throw<InvalidOperationException>().WithMessage("L-BFGS*closure*");
    }

    [Fact]
    public void Delegate_without_an_optimizer_is_refused()
    {
        Action run = () => Run(new CustomOptimizer(0.1, _ => null!));

        run.Should().Throw<InvalidOperationException>().WithMessage("*gave null*");
    }

    [Fact]
    public void Nesterov_without_momentum_is_refused()
    {
        Action run = () => Run(new SgdOptimizer(0.1) { Nesterov = true });

        run.Should().Throw<InvalidOperationException>().WithMessage("Nesterov needs a positive Momentum*");
    }

    [Fact]
    public void Options_out_of_range_are_refused_where_they_are_written()
    {
        Func<object>[] wrong =
        [
            () => new SgdOptimizer(0.1) { Momentum = 1 },
            () => new SgdOptimizer(0.1) { WeightDecay = -1 },
            () => new AdamOptimizer(0.1) { Beta1 = 1 },
            () => new AdamOptimizer(0.1) { Epsilon = 0 },
            () => new AdamWOptimizer(0.1) { Beta2 = -0.1 },
            () => new AdamWOptimizer(0.1) { WeightDecay = double.NaN },
            () => new UpdateOptions { ClipNorm = 0 },
            () => new UpdateOptions { ClipValue = -1 },
            () => new UpdateOptions { AverageDecay = 1 },
            () => new TrainerOptions { BatchSize = 0 },
            () => new TrainerOptions { Epochs = -1 },
            () => new TrainerOptions { Order = (SampleOrder)7 },
        ];

        wrong.Should().AllSatisfy(make => make.Should().Throw<ArgumentOutOfRangeException>());
    }

    private static bool Near(double one, double other) => Math.Abs(one - other) < 1e-12;

    private static double[] ByAdam(double decay, bool decoupled)
    {
        double[] weights = [.. Start];
        double[] mean = new double[3];
        double[] square = new double[3];
        for (int step = 1; step <= Gradients.Length; step++)
        {
            for (int i = 0; i < 3; i++)
            {
                double g = Gradients[step - 1][i] + (decoupled ? 0 : decay * weights[i]);
                weights[i] *= decoupled ? 1 - (0.1 * decay) : 1;
                mean[i] = (0.8 * mean[i]) + (0.2 * g);
                square[i] = (0.95 * square[i]) + (0.05 * g * g);
                weights[i] -= 0.1 * (mean[i] / (1 - Math.Pow(0.8, step))) / (Math.Sqrt(square[i] / (1 - Math.Pow(0.95, step))) + 1e-6);
            }
        }

        return weights;
    }

    // Each step in a dispose scope, as in a run: the optimizer's state must survive it.
    private static double[] Run(IOptimizerStrategy strategy)
    {
        using var parameter = new Parameter(torch.tensor(Start));
        using torch.optim.Optimizer optimizer = strategy.Create([("weight", parameter)]);
        foreach (double[] gradient in Gradients)
        {
            using var scope = torch.NewDisposeScope();
            optimizer.ParamGroups.Single().LearningRate = strategy.LearningRate.At(default);
            parameter.grad = torch.tensor(gradient);
            optimizer.step();
        }

        return parameter.detach().data<double>().ToArray();
    }
}
