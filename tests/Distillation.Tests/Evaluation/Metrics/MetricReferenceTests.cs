using Distillation.Evaluation;

namespace Distillation.Tests.Evaluation;

public sealed class MetricReferenceTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public static TheoryData<string> Cases => [.. MetricCase.All.Select(one => one.Name)];

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Values_equal_those_of_other_libraries(string name)
    {
        MetricCase one = Case(name);

        ShouldBeThoseOf(one, Report(one, 0, 21));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Batches_of_unequal_sizes_change_nothing(string name)
    {
        MetricCase one = Case(name);

        ShouldBeThoseOf(one, Report(one, 0, 7, 8, 21));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Shards_that_are_merged_change_nothing(string name)
    {
        MetricCase one = Case(name);
        using var first = new EvaluationAccumulator(one.Task);
        using var second = new EvaluationAccumulator(one.Task);
        Add(one, first, 0, 3, 8);
        Add(one, second, 8, 10, 21);

        first.Merge(second);

        ShouldBeThoseOf(one, first.Compute());
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Accumulator_of_one_metric_gives_the_same_over_batches_and_shards(string name)
    {
        MetricCase one = Case(name);
        foreach (Metric metric in one.Ignored is null ? one.Task.Metrics : [])
        {
            using MetricAccumulator first = metric.CreateAccumulator();
            using MetricAccumulator second = metric.CreateAccumulator();
            foreach ((MetricAccumulator shard, int start, int end) in new[] { (first, 0, 7), (second, 7, 8), (second, 8, 21) })
            {
                (Tensor output, Batch batch) = one.Cut(start, end);
                shard.Update(output, batch);
            }

            first.Merge(second);

            ShouldBe(first.Compute(), one.Values[metric.Name], metric.Name);
        }
    }

    [Fact]
    public void Every_metric_has_reference_values() =>
        MetricCase.All.SelectMany(one => one.Values.Keys).Should().Contain(Catalog.All.Select(metric => metric.Name));

    private static MetricCase Case(string name) => MetricCase.All.Single(one => one.Name == name);

    private static EvaluationReport Report(MetricCase one, params int[] bounds)
    {
        using var accumulator = new EvaluationAccumulator(one.Task);
        Add(one, accumulator, bounds);
        return accumulator.Compute();
    }

    private static void Add(MetricCase one, EvaluationAccumulator accumulator, params int[] bounds)
    {
        foreach ((int start, int end) in bounds.Zip(bounds.Skip(1)))
        {
            (Tensor output, Batch batch) = one.Cut(start, end);
            accumulator.Update(output, batch);
        }
    }

    private static void ShouldBeThoseOf(MetricCase one, EvaluationReport report)
    {
        report.Samples.Should().Be(21);
        report.Metrics.Keys.Should().Equal(one.Values.Keys);
        foreach ((string metric, double expected) in one.Values)
        {
            ShouldBe(report.Metrics[metric], expected, metric);
        }
    }

    private static void ShouldBe(double actual, double expected, string metric)
    {
        if (double.IsNaN(expected))
        {
            actual.Should().Be(double.NaN, metric);
        }
        else
        {
            Close.ShouldBe(actual, expected, 1e-9, metric);
        }
    }
}
