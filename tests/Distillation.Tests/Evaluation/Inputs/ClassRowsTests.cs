using Distillation.Evaluation;

namespace Distillation.Tests.Evaluation;

public sealed class ClassRowsTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    [InlineData(-100)]
    public void Class_id_out_of_range_is_named_with_its_sample(long id)
    {
        Tensor labels = torch.tensor(new[] { 0, 1, id, 2, id });

        Reading(torch.zeros(5, 3), labels).Should().Throw<ArgumentException>()
            .WithMessage($"Class ids must be in ?0, 2?, but sample 2 has {id}. An id that marks rows that do not count is the task's IgnoredLabel.*");
    }

    [Fact]
    public void Class_id_out_of_range_is_named_with_the_ignored_label()
    {
        Tensor labels = torch.tensor(new long[] { 255, 0, 254 });

        FluentActions.Invoking(() => new MetricInput(torch.zeros(3, 2), Catalog.Batch(torch.zeros(3, 2), labels), 255).Classes)
            .Should().Throw<ArgumentException>().WithMessage("Class ids must be in ?0, 1? or 255, which does not count, but sample 2 has 254.*");
    }

    [Fact]
    public void Sample_of_a_wrong_token_is_that_of_its_sequence()
    {
        Tensor labels = torch.zeros(4, 5, torch.ScalarType.Int64);
        labels[2, 3] = torch.tensor(9L);

        Reading(torch.zeros(4, 5, 3), labels).Should().Throw<ArgumentException>().WithMessage("*but sample 2 has 9.*");
    }

    [Fact]
    public void Sample_is_numbered_as_in_its_source()
    {
        var batch = new Batch(torch.zeros(2, 3), torch.tensor(new long[] { 0, 7 }), torch.tensor(new long[] { 40, 41 }));

        FluentActions.Invoking(() => new MetricInput(torch.zeros(2, 3), batch).Classes).Should().Throw<ArgumentException>().WithMessage("*sample 41 has 7.*");
    }

    [Theory]
    [InlineData(new long[] { 4, 3 }, new long[] { 4, 1 })]
    [InlineData(new long[] { 4, 3 }, new long[] { 4, 3 })]
    [InlineData(new long[] { 4, 5, 3 }, new long[] { 4 })]
    [InlineData(new long[] { 4, 5, 3 }, new long[] { 4, 3 })]
    [InlineData(new long[] { 4, 3, 2, 5 }, new long[] { 4, 5, 2 })]
    [InlineData(new long[] { 4, 3, 2, 5 }, new long[] { 4, 10 })]
    [InlineData(new long[] { 4 }, new long[] { 4 })]
    public void Class_ids_of_another_shape_are_refused(long[] output, long[] labels) =>
        Reading(torch.zeros(output), torch.zeros(labels, torch.ScalarType.Int64)).Should().Throw<ArgumentException>()
            .WithMessage($"Labels must be class ids *for an output ?{string.Join(", ", output)}?, but are ?{string.Join(", ", labels)}? Int64.*");

    [Theory]
    [InlineData(new long[] { 4 })]
    [InlineData(new long[] { 4, 2 })]
    public void Probabilities_of_another_shape_are_refused(long[] labels) =>
        Reading(torch.zeros(4, 3), torch.zeros(labels)).Should().Throw<ArgumentException>().WithMessage("Labels must be class ids*Float32.*");

    [Fact]
    public void One_output_is_no_classifier() =>
        Reading(torch.zeros(4, 1), torch.zeros(4, torch.ScalarType.Int64)).Should().Throw<ArgumentException>()
            .WithMessage("Classes need at least two outputs, but the model's output is ?4, 1?.*Regression*MultiLabel.*");

    [Theory]
    [InlineData(-0.5, 1.5)]
    [InlineData(0.5, 0.6)]
    [InlineData(3, -2)]
    [InlineData(double.NaN, 1)]
    public void Numbers_that_are_no_probabilities_are_refused(double first, double second) =>
        Reading(torch.zeros(2, 2), torch.tensor(new[,] { { 0.25, 0.75 }, { first, second } })).Should().Throw<ArgumentException>()
            .WithMessage("Labels that are probabilities must be zero or positive, and 1 together, but those of sample 1 are not.*");

    [Fact]
    public void Probabilities_of_sixteen_bits_are_read()
    {
        Tensor soft = torch.nn.functional.softmax(Some.Inputs(50, 700) * 3, 1).to(torch.ScalarType.BFloat16);

        Rows(torch.zeros(50, 700), soft).Target.size(0).Should().Be(50);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Rows_without_probabilities_are_counted_and_the_first_is_named(double value)
    {
        Tensor logits = torch.zeros(4, 5, 3);
        logits[1, 4, 2] = torch.tensor(value);
        logits[3, 0, 0] = torch.tensor(value);
        var input = new MetricInput(logits, Catalog.Batch(logits, torch.zeros(4, 5, torch.ScalarType.Int64)));

        (input.Classes.Count, input.CountedRows, input.NonFiniteRows, input.FirstNonFinite).Should().Be((18, 20, 2, 1));
    }

    [Fact]
    public void Row_without_any_possible_class_is_not_finite() =>
        FluentActions.Invoking(() => Catalog.Value(
                Metric.Accuracy, torch.full(2, 3, double.NegativeInfinity), Catalog.Batch(torch.zeros(2, 3), torch.zeros(2, torch.ScalarType.Int64))))
            .Should().Throw<InvalidOperationException>().WithMessage("The model's output is NaN or infinite in 2 rows, first for sample 0.*");

    [Fact]
    public void Pixels_are_rows_in_the_order_of_their_labels()
    {
        Tensor maps = torch.arange(24, torch.ScalarType.Float32).reshape(1, 3, 2, 4);
        ClassRows rows = Rows(maps, torch.arange(8).remainder(3).reshape(1, 2, 4).to(torch.ScalarType.Int64));

        (rows.Count, rows.Classes).Should().Be((8, 3));
        rows.Logits[5].Should().Match<Tensor>(row => Close.Numbers(row).SequenceEqual(new double[] { 5, 13, 21 }));
        rows.Labels[5].item<long>().Should().Be(2);
    }

    [Fact]
    public void Class_ids_of_any_integer_type_are_read() =>
        new[] { torch.ScalarType.Byte, torch.ScalarType.Int16, torch.ScalarType.Int32, torch.ScalarType.Int64 }
            .Select(type => Rows(torch.eye(3), torch.arange(3, type)).Labels.sum().item<long>()).Should().AllBeEquivalentTo(3L);

    private static ClassRows Rows(Tensor output, Tensor labels) => new MetricInput(output, Catalog.Batch(output, labels)).Classes;

    private static Action Reading(Tensor output, Tensor labels) => () => Rows(output, labels);
}
