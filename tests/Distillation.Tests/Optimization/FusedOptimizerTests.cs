namespace Distillation.Tests.Optimization;

/// <summary>Fused optimizers against those of TorchSharp, on the same gradients.</summary>
public sealed class FusedOptimizerTests : IDisposable
{
    private const int Steps = 20;

    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public static TheoryData<torch.ScalarType, double, double, bool, double> SgdOptions()
    {
        var data = new TheoryData<torch.ScalarType, double, double, bool, double>();
        foreach (torch.ScalarType dtype in (torch.ScalarType[])[torch.ScalarType.Float32, torch.ScalarType.Float64])
        {
            foreach (double decay in (double[])[0, 0.01])
            {
                data.Add(dtype, 0, 0, false, decay);
                data.Add(dtype, 0.9, 0, false, decay);
                data.Add(dtype, 0.9, 0, true, decay);
                data.Add(dtype, 0.8, 0.5, false, decay);
            }
        }

        return data;
    }

    public static TheoryData<torch.ScalarType, bool, double, bool> AdamOptions()
    {
        var data = new TheoryData<torch.ScalarType, bool, double, bool>();
        foreach (torch.ScalarType dtype in (torch.ScalarType[])[torch.ScalarType.Float32, torch.ScalarType.Float64])
        {
            foreach (bool decoupled in (bool[])[false, true])
            {
                data.Add(dtype, decoupled, 0, false);
                data.Add(dtype, decoupled, 0.1, false);
                data.Add(dtype, decoupled, 0, true);
                data.Add(dtype, decoupled, 0.1, true);
            }
        }

        return data;
    }

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(SgdOptions))]
    public void Sgd_moves_as_that_of_TorchSharp(torch.ScalarType dtype, double momentum, double dampening, bool nesterov, double decay) => RequireSame(
        new SgdOptimizer(0.1) { Momentum = momentum, Dampening = dampening, Nesterov = nesterov, WeightDecay = decay },
        parameters => torch.optim.SGD(parameters, 0.1, momentum, dampening, decay, nesterov),
        dtype);

    [Theory]
    [MemberData(nameof(AdamOptions))]
    public void Adam_moves_as_that_of_TorchSharp(torch.ScalarType dtype, bool decoupled, double decay, bool amsgrad) => RequireSame(
        OfAdam(decoupled, decay, amsgrad), parameters => OfTorch(parameters, decoupled, decay, amsgrad), dtype);

    [Theory]
    [MemberData(nameof(SgdOptions))]
    public void Sgd_leaves_parameters_without_gradient_as_that_of_TorchSharp(
        torch.ScalarType dtype, double momentum, double dampening, bool nesterov, double decay) => RequireSame(
        new SgdOptimizer(0.1) { Momentum = momentum, Dampening = dampening, Nesterov = nesterov, WeightDecay = decay },
        parameters => torch.optim.SGD(parameters, 0.1, momentum, dampening, decay, nesterov),
        dtype,
        HasGradient);

    [Theory]
    [MemberData(nameof(AdamOptions))]
    public void Adam_leaves_parameters_without_gradient_as_that_of_TorchSharp(torch.ScalarType dtype, bool decoupled, double decay, bool amsgrad) =>
        RequireSame(
            OfAdam(decoupled, decay, amsgrad), parameters => OfTorch(parameters, decoupled, decay, amsgrad), dtype, HasGradient);

    [Fact]
    public void Data_types_may_be_mixed()
    {
        Parameter[] mine = [.. Parameters(torch.ScalarType.Float32), .. Parameters(torch.ScalarType.Float64)];
        Parameter[] theirs = [.. Parameters(torch.ScalarType.Float32), .. Parameters(torch.ScalarType.Float64)];
        using torch.optim.Optimizer fused = new AdamWOptimizer(0.1).Create(Named(mine));
        using torch.optim.Optimizer plain = torch.optim.AdamW(theirs, 0.1, 0.9, 0.999, 1e-8, 0.01);

        Walk(fused, mine, plain, theirs, 1e-7, (_, _) => true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Gradients_may_lie_in_memory_as_they_like(bool sparse)
    {
        using var mine = new Parameter(torch.ones(3, 4, torch.ScalarType.Float64));
        using var theirs = new Parameter(torch.ones(3, 4, torch.ScalarType.Float64));
        using torch.optim.Optimizer fused = new SgdOptimizer(0.1) { Momentum = 0.9 }.Create(Named([mine]));
        using torch.optim.Optimizer plain = torch.optim.SGD([theirs], 0.1, 0.9);
        Tensor gradient = torch.arange(12, torch.ScalarType.Float64).view(4, 3).t();
        for (int step = 0; step < 3; step++)
        {
            theirs.grad = gradient.contiguous();
            mine.grad = sparse ? gradient.to_sparse() : gradient;
            fused.step();
            plain.step();
        }

        Close.ShouldBe(Close.Numbers(mine), Close.Numbers(theirs), 1e-12, "the weights");
    }

    [Fact]
    public void Parameters_that_do_not_lie_in_a_row_are_trained_too()
    {
        using var parameter = new Parameter(torch.ones(3, 4, torch.ScalarType.Float64).t());
        using torch.optim.Optimizer optimizer = new SgdOptimizer(0.5).Create(Named([parameter]));
        parameter.grad = torch.arange(12, torch.ScalarType.Float64).view(4, 3);

        optimizer.step();

        Close.Numbers(parameter).Should().Equal(Enumerable.Range(0, 12).Select(i => 1 - (0.5 * i)));
    }

    [Fact]
    public void Gradients_can_be_zeroed()
    {
        Parameter[] parameters = Parameters(torch.ScalarType.Float64);
        using torch.optim.Optimizer optimizer = new AdamOptimizer(0.1).Create(Named(parameters));
        parameters[1].grad = torch.ones_like(parameters[1]);

        optimizer.zero_grad();

        parameters[0].grad.Should().BeNull();
        Close.Numbers(parameters[1].grad!).Should().OnlyContain(value => value == 0);
    }

    [Fact]
    public void Closure_gives_the_loss_and_the_gradient()
    {
        Parameter[] parameters = Parameters(torch.ScalarType.Float64);
        using torch.optim.Optimizer optimizer = new SgdOptimizer(0.1).Create(Named(parameters));
        double before = Close.Numbers(parameters[0])[0];

        Tensor loss = optimizer.step(() =>
        {
            Tensor sum = parameters[0].sum();
            sum.backward();
            return sum;
        });

        loss.requires_grad.Should().BeTrue();
        Close.ShouldBe(Close.Numbers(parameters[0])[0], before - 0.1, 1e-12);
    }

    [Fact]
    public void Every_parameter_that_it_trains_is_listed()
    {
        Parameter[] parameters = Parameters(torch.ScalarType.Float64);
        using torch.optim.Optimizer optimizer = new SgdOptimizer(0.1).Create(Named(parameters));

        optimizer.parameters().Should().Equal(parameters, ReferenceEquals);
    }

    [Fact]
    public void State_outlives_the_scope_of_a_step_and_no_tensor_is_left()
    {
        IOptimizerStrategy[] strategies =
            [new SgdOptimizer(0.1), new SgdOptimizer(0.1) { Momentum = 0.9 }, new AdamOptimizer(0.1), new AdamWOptimizer(0.1) { AmsGrad = true }];
        Parameter[] parameters = Parameters(torch.ScalarType.Float32);
        Leak.None(() =>
        {
            foreach (IOptimizerStrategy strategy in strategies)
            {
                using torch.optim.Optimizer optimizer = strategy.Create(Named(parameters));
                for (int step = 0; step < 3; step++)
                {
                    using DisposeScope scope = torch.NewDisposeScope();
                    foreach (Parameter parameter in parameters.Skip(step))
                    {
                        parameter.grad = torch.ones_like(parameter);
                    }

                    optimizer.step();
                    Array.ForEach(parameters, parameter => parameter.grad = null);
                }
            }
        });
    }

    private static IOptimizerStrategy OfAdam(bool decoupled, double decay, bool amsgrad) => decoupled
        ? new AdamWOptimizer(0.1) { Beta1 = 0.8, Beta2 = 0.95, Epsilon = 1e-6, WeightDecay = decay, AmsGrad = amsgrad }
        : new AdamOptimizer(0.1) { Beta1 = 0.8, Beta2 = 0.95, Epsilon = 1e-6, WeightDecay = decay, AmsGrad = amsgrad };

    private static torch.optim.Optimizer OfTorch(Parameter[] parameters, bool decoupled, double decay, bool amsgrad) => decoupled
        ? torch.optim.AdamW(parameters, 0.1, 0.8, 0.95, 1e-6, decay, amsgrad)
        : torch.optim.Adam(parameters, 0.1, 0.8, 0.95, 1e-6, decay, amsgrad);

    // The first always, the second never, the third from the sixth step on, the last in two steps of three.
    private static bool HasGradient(int parameter, int step) => parameter switch { 0 => true, 1 => false, 2 => step >= 5, _ => step % 3 != 0 };

    private static void RequireSame(
        IOptimizerStrategy strategy, Func<Parameter[], torch.optim.Optimizer> torchSharp, torch.ScalarType dtype, Func<int, int, bool>? hasGradient = null)
    {
        Parameter[] mine = Parameters(dtype);
        Parameter[] theirs = Parameters(dtype);
        using torch.optim.Optimizer fused = strategy.Create(Named(mine));
        using torch.optim.Optimizer plain = torchSharp(theirs);
        Walk(fused, mine, plain, theirs, dtype == torch.ScalarType.Float64 ? 1e-12 : 1e-7, hasGradient ?? ((_, _) => true));
    }

    // The learning rate changes on the way, as under a schedule.
    private static void Walk(
        torch.optim.Optimizer fused, Parameter[] mine, torch.optim.Optimizer plain, Parameter[] theirs, double relative, Func<int, int, bool> hasGradient)
    {
        using var generator = new torch.Generator(7);
        for (int step = 0; step < Steps; step++)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            for (int i = 0; i < mine.Length; i++)
            {
                Tensor gradient = torch.randn(mine[i].shape, torch.ScalarType.Float64, generator: generator).to(mine[i].dtype);
                mine[i].grad = hasGradient(i, step) ? gradient : null;
                theirs[i].grad = hasGradient(i, step) ? gradient.clone() : null;
            }

            fused.ParamGroups.Single().LearningRate = 0.1 / (1 + step);
            plain.ParamGroups.Single().LearningRate = 0.1 / (1 + step);
            fused.step();
            plain.step();
            for (int i = 0; i < mine.Length; i++)
            {
                Close.ShouldBe(Close.Numbers(mine[i]), Close.Numbers(theirs[i]), relative * (step + 1), $"parameter {i} after step {step}");
            }
        }
    }

    private static Parameter[] Parameters(torch.ScalarType dtype)
    {
        using var generator = new torch.Generator(3);
        long[][] shapes = [[5, 7], [33], [2, 3, 4], []];
        return [.. shapes.Select(shape => new Parameter(torch.randn(shape, torch.ScalarType.Float64, generator: generator).to(dtype)))];
    }

    private static (string Name, Parameter Parameter)[] Named(Parameter[] parameters) => [.. parameters.Select((parameter, i) => ($"p{i}", parameter))];
}
