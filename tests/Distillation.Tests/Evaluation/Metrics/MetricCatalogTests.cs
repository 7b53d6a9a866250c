using Distillation.Evaluation;

namespace Distillation.Tests.Evaluation;

public sealed class MetricCatalogTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public static TheoryData<string> Names => [.. Catalog.All.Select(metric => metric.Name)];

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Names_are_different() => Catalog.All.Select(metric => metric.Name).Should().OnlyHaveUniqueItems();

    [Fact]
    public void Bins_other_than_the_default_are_in_the_name() =>
        (new ExpectedCalibrationError().Name, new ExpectedCalibrationError(10).Name)
            .Should().Be(("ExpectedCalibrationError", "ExpectedCalibrationError10Bins"));

    [Theory]
    [MemberData(nameof(Names))]
    public void Rows_that_are_all_masked_give_no_number_or_zero(string name)
    {
        (Metric metric, Tensor output, Tensor labels) = Given(name);

        double value = Catalog.Value(metric, output, Catalog.Batch(output, labels, torch.zeros(20)));

        (double.IsNaN(value) || value == 0).Should().BeTrue($"{name} is {value}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Batch_without_a_row_changes_nothing(string name)
    {
        (Metric metric, Tensor output, Tensor labels) = Given(name);
        using MetricAccumulator accumulator = metric.CreateAccumulator();
        Batch masked = Catalog.Batch(output, labels, torch.zeros(20));

        accumulator.Update(output, masked);
        accumulator.Update(output, Catalog.Batch(output, labels));
        accumulator.Update(output, masked);

        Close.ShouldBe(accumulator.Compute(), Catalog.Value(metric, output, Catalog.Batch(output, labels)), 1e-12);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_stands_in_masked_rows_has_no_part(string name)
    {
        (Metric metric, Tensor output, Tensor labels) = Given(name);
        Tensor mask = torch.arange(20).ge(5);
        Tensor broken = output.clone();
        broken[..5] = torch.full([5, 4], double.NaN, torch.ScalarType.Float32);
        Tensor wrong = labels.clone();
        wrong[..5] = torch.full_like(wrong[..5], 77);

        double value = Catalog.Value(metric, broken, Catalog.Batch(broken, wrong, mask));

        Close.ShouldBe(value, Catalog.Value(metric, output[5..], Catalog.Batch(output[5..], labels[5..])), 1e-12);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_tensor_is_left(string name)
    {
        (Metric metric, Tensor output, Tensor labels) = Given(name);
        Batch batch = Catalog.Batch(output, labels);
        Batch masked = Catalog.Batch(output, labels, torch.arange(20).ge(5));

        Leak.None(() =>
        {
            using MetricAccumulator accumulator = metric.CreateAccumulator();
            using MetricAccumulator other = metric.CreateAccumulator();
            accumulator.Update(output, batch);
            accumulator.Update(output, masked);
            other.Update(output, batch);
            accumulator.Merge(other);
            _ = accumulator.Compute();
            accumulator.Reset();
            accumulator.Update(output, batch);
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Reset_forgets(string name)
    {
        (Metric metric, Tensor output, Tensor labels) = Given(name);
        using MetricAccumulator accumulator = metric.CreateAccumulator();
        accumulator.Update(output.neg(), Catalog.Batch(output, labels));

        accumulator.Reset();

        accumulator.Invoking(one => one.Compute()).Should().Throw<InvalidOperationException>().WithMessage($"{name} needs at least one batch*");
        accumulator.Update(output, Catalog.Batch(output, labels));
        accumulator.Compute().Should().Be(Catalog.Value(metric, output, Catalog.Batch(output, labels)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Another_metric_is_not_merged(string name)
    {
        foreach (Metric other in Catalog.All.Where(other => other.Name != name))
        {
            using MetricAccumulator accumulator = Catalog.Of(name).CreateAccumulator();
            using MetricAccumulator added = other.CreateAccumulator();

            accumulator.Invoking(one => one.Merge(added)).Should().Throw<ArgumentException>().WithMessage($"*{name}*{other.Name}*");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Outputs_of_any_floating_type_are_read(string name)
    {
        (Metric metric, Tensor output, Tensor labels) = Given(name);
        Tensor rounded = output.to(torch.ScalarType.BFloat16);

        double[] values =
        [
            .. new[] { torch.ScalarType.BFloat16, torch.ScalarType.Float32, torch.ScalarType.Float64 }
                .Select(type => Catalog.Value(metric, rounded.to(type), Catalog.Batch(output, labels))),
        ];

        values.Should().AllSatisfy(value => value.Should().Be(values[2]));
        double.IsNaN(values[2]).Should().BeFalse();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Value_needs_no_gradient_and_makes_none(string name)
    {
        (Metric metric, Tensor output, Tensor labels) = Given(name);
        double value = Catalog.Value(metric, output, Catalog.Batch(output, labels));

        Catalog.Value(metric, output.clone().requires_grad_(), Catalog.Batch(output, labels)).Should().Be(value);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Batches_with_another_number_of_outputs_are_refused_in_words_where_they_do_not_fit(string name)
    {
        (Metric metric, Tensor output, Tensor labels) = Given(name);
        using MetricAccumulator accumulator = metric.CreateAccumulator();
        accumulator.Update(output, Catalog.Batch(output, labels));
        Tensor wide = Some.Inputs(20, 6);
        Tensor wideLabels = torch.is_integral(labels) ? labels : torch.zeros(20, 6);

        try
        {
            accumulator.Update(wide, Catalog.Batch(wide, wideLabels));
        }
        catch (InvalidOperationException e)
        {
            e.Message.Should().StartWith("A model must give the same number of outputs for every batch");
        }

        double.IsNaN(accumulator.Compute()).Should().BeFalse();
    }

    private static (Metric Metric, Tensor Output, Tensor Labels) Given(string name)
    {
        Metric metric = Catalog.Of(name);
        return (metric, Some.Inputs(20, 4), Catalog.LabelsFor(metric));
    }
}
