namespace Distillation.Tests;

public sealed class MetricTests
{
    [Fact]
    public void Higher_accuracy_is_better() => Metric.Accuracy.IsBetter(0.9, 0.8).Should().BeTrue();

    [Fact]
    public void Lower_likelihood_cost_is_better() => Metric.NegativeLogLikelihood.IsBetter(0.9, 0.8).Should().BeFalse();

    [Fact]
    public void Equal_is_not_better() => Metric.Accuracy.IsBetter(0.8, 0.8).Should().BeFalse();

    [Fact]
    public void Less_than_the_least_improvement_is_not_better() => Metric.Accuracy.IsBetter(0.85, 0.8, 0.1).Should().BeFalse();

    [Fact]
    public void What_is_not_a_number_is_never_better() => Metric.Accuracy.IsBetter(double.NaN, 0.1).Should().BeFalse();

    [Fact]
    public void Number_is_better_than_what_is_none() => Metric.Accuracy.IsBetter(0.1, double.NaN).Should().BeTrue();
}
