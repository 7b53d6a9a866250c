namespace Distillation.Tests.Optimization;

public sealed class GradientClippingTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly Parameter[] _parameters =
        [new(torch.zeros(3, torch.ScalarType.Float64)), new(torch.zeros(2, 2, torch.ScalarType.Float64)), new(torch.zeros(1, torch.ScalarType.Float64))];

    public GradientClippingTests()
    {
        _parameters[0].grad = torch.tensor(new double[] { 3, -4, 0 });
        _parameters[1].grad = torch.full([2, 2], 6.0, torch.ScalarType.Float64);
    }

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Norm_is_that_of_all_gradients_together() =>
        GradientClipping.ClipNorm(_parameters, 1).item<double>().Should().BeApproximately(Math.Sqrt(25 + 144), 1e-12);

    [Fact]
    public void Long_gradients_are_scaled_as_torch_scales_them()
    {
        double[] before = Gradients();
        torch.nn.utils.clip_grad_norm_(_parameters, 2);
        double[] expected = Gradients();
        _parameters[0].grad = torch.tensor(before[..3]);
        _parameters[1].grad = torch.tensor(before[3..]).reshape(2, 2);

        GradientClipping.ClipNorm(_parameters, 2);

        Gradients().Should().Equal(expected, (one, other) => Math.Abs(one - other) < 1e-12);
    }

    [Fact]
    public void Short_gradients_stay_as_they_are()
    {
        double[] before = Gradients();

        GradientClipping.ClipNorm(_parameters, 100);

        Gradients().Should().Equal(before);
    }

    [Fact]
    public void Values_are_cut()
    {
        GradientClipping.ClipValue(_parameters, 3.5);

        Gradients().Should().Equal(3, -3.5, 0, 3.5, 3.5, 3.5, 3.5);
    }

    [Fact]
    public void Nothing_to_clip_has_no_length() => GradientClipping.ClipNorm([_parameters[2]], 1).item<float>().Should().Be(0);

    private double[] Gradients() => [.. _parameters[..2].SelectMany(parameter => parameter.grad!.data<double>().ToArray())];
}
