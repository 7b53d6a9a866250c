using Distillation.Generation;

namespace Distillation.Tests.Generation;

public sealed class TemperatureScalingTests
{
    [Fact]
    public void Temperature_is_that_with_the_smallest_likelihood_cost()
    {
        using var scope = torch.NewDisposeScope();
        Tensor logits = Some.Inputs(200, 3, dtype: torch.ScalarType.Float64) * 5;
        Tensor labels = Some.Labels(200);

        double temperature = TemperatureScaling.Fit(logits, labels);

        double best = Cost(temperature);
        Enumerable.Range(-300, 601).Min(i => Cost(Math.Exp(i / 50.0))).Should().BeGreaterThanOrEqualTo(best - 1e-6);
        double Cost(double at) => torch.nn.functional.cross_entropy(logits / at, labels).item<double>();
    }

    [Fact]
    public void Probabilities_that_mean_what_they_say_are_left_alone()
    {
        using var scope = torch.NewDisposeScope();
        Tensor logits = torch.tensor(new[,] { { Math.Log(3), 0 } }).repeat(4, 1);

        double temperature = TemperatureScaling.Fit(logits, torch.tensor([0L, 0, 0, 1]));

        temperature.Should().BeApproximately(1, 2e-3);
    }
}
