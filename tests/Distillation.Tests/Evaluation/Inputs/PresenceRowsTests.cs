using Distillation.Evaluation;

namespace Distillation.Tests.Evaluation;

public sealed class PresenceRowsTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(2.0)]
    [InlineData(-1.0)]
    [InlineData(0.5)]
    [InlineData(double.NaN)]
    public void Labels_other_than_0_and_1_are_refused_with_the_sample(double label)
    {
        Tensor labels = torch.zeros(4, 3);
        labels[2, 1] = torch.tensor((float)label);

        Reading(torch.zeros(4, 3), labels).Should().Throw<ArgumentException>().WithMessage("Every label must be 0 or 1, but sample 2 has another number.*");
    }

    [Theory]
    [InlineData(new long[] { 4, 3 }, new long[] { 4 })]
    [InlineData(new long[] { 4, 3 }, new long[] { 4, 1 })]
    [InlineData(new long[] { 4, 3 }, new long[] { 4, 2 })]
    [InlineData(new long[] { 4 }, new long[] { 4, 1 })]
    public void Labels_of_another_shape_are_refused(long[] output, long[] labels) =>
        Reading(torch.zeros(output), torch.zeros(labels)).Should().Throw<ArgumentException>()
            .WithMessage($"Labels of which several may be present must be 0 or 1 in the shape of the logits, ?{string.Join(", ", output)}?, but are "
                + $"?{string.Join(", ", labels)}? Float32.*");

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void Rows_that_are_not_finite_are_counted_and_the_first_is_named(double value)
    {
        Tensor logits = torch.zeros(6, 3);
        foreach (int sample in (int[])[2, 5])
        {
            logits[sample, 0] = torch.tensor((float)value);
        }

        foreach (Metric metric in EvaluationTask.MultiLabel.Metrics)
        {
            FluentActions.Invoking(() => Catalog.Value(metric, logits, Catalog.Batch(logits, torch.ones(6, 3))))
                .Should().Throw<InvalidOperationException>().WithMessage("The model's output is NaN or infinite in 2 rows, first for sample 2.*");
        }
    }

    [Fact]
    public void Labels_may_be_booleans_integers_and_numbers()
    {
        Tensor labels = Some.Inputs(20, 3, 9).gt(0);

        new[] { torch.ScalarType.Bool, torch.ScalarType.Int64, torch.ScalarType.Float32 }
            .Select(type => Rows(torch.zeros(20, 3), labels.to(type)).Labels.sum().item<double>())
            .Should().AllBeEquivalentTo((double)labels.sum().item<long>());
    }

    [Fact]
    public void Label_with_a_probability_of_one_half_is_not_predicted() =>
        Close.Numbers(Rows(torch.tensor(new[,] { { 0f, 1e-9f, -1e-9f } }), torch.zeros(1, 3)).Predicted).Should().Equal(0, 1, 0);

    [Fact]
    public void Label_that_is_not_there_is_named() =>
        FluentActions.Invoking(() => Catalog.Value(Metric.LabelF1(3), torch.zeros(4, 3), Catalog.Batch(torch.zeros(4, 3), torch.zeros(4, 3))))
            .Should().Throw<ArgumentException>().WithMessage("Label3F1 needs a label 3, but the output has 3.*");

    private static PresenceRows Rows(Tensor output, Tensor labels) => new MetricInput(output, Catalog.Batch(output, labels)).Presence;

    private static Action Reading(Tensor output, Tensor labels) => () => Rows(output, labels);
}
