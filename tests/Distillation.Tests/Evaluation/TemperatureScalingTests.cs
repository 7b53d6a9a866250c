using Distillation.Evaluation;

namespace Distillation.Tests.Evaluation;

public sealed class TemperatureScalingTests
{
    [Fact]
    public void Temperature_is_that_with_the_smallest_cost_of_softened_labels()
    {
        using var scope = torch.NewDisposeScope();
        Tensor logits = Some.Inputs(200, 3, dtype: torch.ScalarType.Float64) * 5;
        Tensor labels = Some.Labels(200);

        double temperature = TemperatureScaling.Fit(logits, labels);

        double best = Cost(temperature);
        Enumerable.Range(-300, 601).Min(i => Cost(Math.Exp(i / 50.0))).Should().BeGreaterThanOrEqualTo(best - 1e-6);

        // One of 202 is taken from the label and shared among the two other classes.
        double Cost(double at)
        {
            Tensor log = torch.nn.functional.log_softmax(logits / at, 1);
            Tensor own = torch.nn.functional.one_hot(labels, 3).to(torch.ScalarType.Float64);
            return -(log * ((own * (201.0 / 202)) + ((1 - own) * (0.5 / 202)))).sum().item<double>() / 200;
        }
    }

    [Fact]
    public void Probabilities_that_are_calibrated_are_left_alone()
    {
        using var scope = torch.NewDisposeScope();
        Tensor logits = torch.tensor(new[,] { { Math.Log(3), 0 } }).repeat(4000, 1);

        double temperature = TemperatureScaling.Fit(logits, torch.tensor([0L, 0, 0, 1]).repeat(1000));

        temperature.Should().BeApproximately(1, 3e-3);
    }

    [Fact]
    public void Logits_that_are_always_right_stay_in_doubt()
    {
        using var scope = torch.NewDisposeScope();
        Tensor logits = torch.tensor(new[,] { { 1.0, 0 }, { 0, 1 } }).repeat(9, 1);

        double temperature = TemperatureScaling.Fit(logits, torch.tensor([0L, 1]).repeat(9));

        (1 / (1 + Math.Exp(-1 / temperature))).Should().BeApproximately(19.0 / 20, 1e-3);
    }
}
