using Distillation.Evaluation;

namespace Distillation.Tests.Evaluation;

public sealed class R2ScoreTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(0.1)]
    [InlineData(1e6 + 0.1)]
    [InlineData(-1.0 / 3)]
    public void Targets_that_are_all_the_same_give_one_or_zero_over_any_batches(double target)
    {
        Tensor targets = KeptAliveScalar.Full([21], target, torch.ScalarType.Float64);

        Value(targets, targets).Should().Be(1);
        Value(targets + Some.Inputs(21, 1, 3, torch.ScalarType.Float64).squeeze(1), targets).Should().Be(0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Fewer_than_two_rows_give_no_number(int rows)
    {
        Tensor output = torch.zeros(4);

        Catalog.Value(Metric.R2Score, output, Catalog.Batch(output, output, torch.arange(4).less(torch.tensor(rows)))).Should().Be(double.NaN);
    }

    [Fact]
    public void Large_common_mean_costs_no_digits()
    {
        Tensor targets = Some.Inputs(21, 2, 3, torch.ScalarType.Float64).mul(1024).round().div(1024);
        Tensor predictions = Some.Inputs(21, 2, 4, torch.ScalarType.Float64).mul(1024).round().div(1024);
        Tensor far = KeptAliveScalar.FullLike(targets, 1e9);

        Close.ShouldBe(Value(predictions + far, targets + far), Value(predictions, targets), 1e-9);
    }

    private static double Value(Tensor predictions, Tensor targets)
    {
        using MetricAccumulator accumulator = Metric.R2Score.CreateAccumulator();
        foreach ((int start, int end) in new[] { (0, 7), (7, 8), (8, 21) })
        {
            Tensor part = predictions[start..end];
            accumulator.Update(part, Catalog.Batch(part, targets[start..end]));
        }

        return accumulator.Compute();
    }
}
