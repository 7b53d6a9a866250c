using Distillation.Evaluation;

namespace Distillation.Tests.Evaluation;

public sealed class TargetRowsTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(new long[] { 4, 1 }, new long[] { 4 })]
    [InlineData(new long[] { 4 }, new long[] { 4, 1 })]
    [InlineData(new long[] { 4 }, new long[] { 4 })]
    [InlineData(new long[] { 4, 1 }, new long[] { 4, 1 })]
    public void One_output_is_compared_row_by_row(long[] output, long[] targets)
    {
        Tensor predictions = torch.tensor(new float[] { 1, 2, 3, 4 }).reshape(output);
        Tensor expected = torch.tensor(new float[] { 1, 2, 3, 6 }).reshape(targets);

        Rows(predictions, expected).Predictions.shape.Should().Equal(4, 1);
        Evaluator.Evaluate(predictions, expected, EvaluationTask.Regression)[Metric.MeanSquaredError].Should().Be(1);
    }

    [Theory]
    [InlineData(new long[] { 4, 3 }, new long[] { 4 })]
    [InlineData(new long[] { 4, 3 }, new long[] { 4, 1 })]
    [InlineData(new long[] { 4, 1 }, new long[] { 4, 4 })]
    [InlineData(new long[] { 4 }, new long[] { 4, 4 })]
    [InlineData(new long[] { 4, 5, 2 }, new long[] { 4, 5 })]
    public void Targets_of_another_shape_are_refused(long[] output, long[] targets) =>
        Reading(torch.zeros(output), torch.zeros(targets)).Should().Throw<ArgumentException>()
            .WithMessage($"Targets of a regression must be ?{string.Join(", ", output)}? of a floating type, the shape of the model's output, but are "
                + $"?{string.Join(", ", targets)}? Float32.*");

    [Fact]
    public void Targets_of_an_integer_type_are_refused() =>
        Reading(torch.zeros(4), torch.zeros(4, torch.ScalarType.Int64)).Should().Throw<ArgumentException>().WithMessage("*of a floating type*?4? Int64.*");

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.NegativeInfinity)]
    public void Targets_that_are_not_finite_are_refused_with_the_sample(double value)
    {
        Tensor targets = torch.zeros(4, 2);
        targets[3, 1] = torch.tensor((float)value);

        Reading(torch.zeros(4, 2), targets).Should().Throw<ArgumentException>()
            .WithMessage("Every target must be finite, but sample 3 has NaN or an infinity. Leave it out, or mask it.*");
    }

    [Fact]
    public void Target_that_is_masked_may_be_anything()
    {
        Tensor targets = torch.tensor(new[] { 1f, float.NaN, 3f });
        Tensor output = torch.tensor(new[] { 1f, float.NaN, 5f });
        using var accumulator = new EvaluationAccumulator(EvaluationTask.Regression);

        accumulator.Update(output, Catalog.Batch(output, targets, torch.tensor(new[] { true, false, true })));

        accumulator.Compute()[Metric.MeanSquaredError].Should().Be(2);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void Predictions_that_are_not_finite_are_counted_and_the_first_is_named(double value)
    {
        Tensor output = torch.zeros(8, 2);
        foreach (int sample in (int[])[3, 4, 7])
        {
            output[sample, 1] = torch.tensor((float)value);
        }

        foreach (Metric metric in EvaluationTask.Regression.Metrics)
        {
            FluentActions.Invoking(() => Catalog.Value(metric, output, Catalog.Batch(output, torch.zeros(8, 2))))
                .Should().Throw<InvalidOperationException>().WithMessage("The model's output is NaN or infinite in 3 rows, first for sample 3.*");
        }
    }

    private static TargetRows Rows(Tensor output, Tensor targets) => new MetricInput(output, Catalog.Batch(output, targets)).Targets;

    private static Action Reading(Tensor output, Tensor targets) => () => Rows(output, targets);
}
