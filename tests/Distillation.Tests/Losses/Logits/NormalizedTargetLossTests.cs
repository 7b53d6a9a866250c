using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

public sealed class NormalizedTargetLossTests
{
    [Theory]
    [InlineData(1.5, 1)]
    [InlineData(0.5, 3)]
    [InlineData(0, 3)]
    public void Normalized_distillation_is_that_of_the_formula(double gamma, double temperature)
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context();

        double value = new NormalizedTargetLoss(gamma, temperature).Compute(context).item<double>();

        double[][] student = RowsByHand.Of(context.Student.Logits);
        double[][] teacher = RowsByHand.Of(context.Teacher.Logits);
        double[] labels = Close.Numbers(context.Batch.Labels!);
        double expected = Enumerable.Range(0, 5).Average(row =>
        {
            int label = (int)labels[row];
            double target = RowsByHand.Softmax(teacher[row])[label] * Math.Log(RowsByHand.Softmax(student[row])[label]);
            double[] p = RowsByHand.Softmax([.. teacher[row].Where((_, c) => c != label)], temperature);
            double[] q = RowsByHand.Softmax([.. student[row].Where((_, c) => c != label)], temperature);
            return -target - (gamma * temperature * temperature * p.Zip(q).Sum(pair => pair.First * Math.Log(pair.Second)));
        });
        Close.ShouldBe(value, expected, 1e-9);
    }

    [Fact]
    public void Temperature_follows_the_run()
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context(position: new(0, 50, 100, 10));

        double value = new NormalizedTargetLoss(temperature: new Schedule.Linear(1, 5)).Compute(context).item<double>();

        value.Should().Be(new NormalizedTargetLoss(temperature: 3).Compute(context).item<double>());
    }

    [Fact]
    public void Gamma_is_refused_when_it_is_negative()
    {
        Action make = () => _ = new NormalizedTargetLoss(gamma: -0.1);

        make.Should().Throw<ArgumentOutOfRangeException>().WithMessage("gamma must be *");
    }
}
