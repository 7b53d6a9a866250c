using Distillation.Evaluation;

namespace Distillation.Tests.Evaluation;

public sealed class MetricAccumulatorTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Batch_that_is_refused_is_not_added()
    {
        Tensor logits = Some.Inputs(8, 3);
        Tensor broken = logits.clone();
        broken[6, 2] = torch.tensor(float.NaN);
        Batch batch = Some.Batch();
        Batch wrong = Catalog.Batch(logits, torch.full(8, 3, torch.ScalarType.Int64));
        using MetricAccumulator accumulator = Metric.NegativeLogLikelihood.CreateAccumulator();
        accumulator.Update(logits, batch);

        accumulator.Invoking(one => one.Update(broken, batch)).Should().Throw<InvalidOperationException>().WithMessage("*in 1 rows, first for sample 6.*");
        accumulator.Invoking(one => one.Update(logits, wrong)).Should().Throw<ArgumentException>();

        accumulator.Compute().Should().Be(Catalog.Value(Metric.NegativeLogLikelihood, logits, batch));
    }

    [Fact]
    public void Batch_that_is_refused_leaves_no_tensor()
    {
        Tensor broken = torch.full(8, 3, float.NaN);
        Batch batch = Some.Batch();

        Leak.None(() =>
        {
            using MetricAccumulator accumulator = Metric.Auroc.CreateAccumulator();
            accumulator.Invoking(one => one.Update(broken, batch)).Should().Throw<InvalidOperationException>();
        });
    }

    [Fact]
    public void Value_may_be_read_between_batches()
    {
        Tensor logits = Some.Inputs(20, 3);
        Batch batch = Catalog.Batch(logits, Some.Labels());
        using MetricAccumulator accumulator = Metric.Auroc.CreateAccumulator();
        accumulator.Update(logits, batch);
        double first = accumulator.Compute();

        accumulator.Update(logits, batch);

        Close.ShouldBe(accumulator.Compute(), first, 1e-12);
        Close.ShouldBe(first, Catalog.Value(Metric.Auroc, logits, batch), 1e-12);
    }

    [Fact]
    public void Shard_that_was_merged_stays_as_it_was()
    {
        Tensor logits = Some.Inputs(20, 3);
        Batch batch = Catalog.Batch(logits, Some.Labels());
        using MetricAccumulator whole = Metric.Accuracy.CreateAccumulator();
        using MetricAccumulator shard = Metric.Accuracy.CreateAccumulator();
        shard.Update(logits, batch);

        whole.Merge(shard);
        whole.Update(logits.neg(), batch);
        whole.Reset();

        shard.Compute().Should().Be(Catalog.Value(Metric.Accuracy, logits, batch));
    }

    [Fact]
    public void Metrics_of_one_name_are_merged()
    {
        Tensor logits = Some.Inputs(20, 3);
        using MetricAccumulator one = new TopKAccuracy(2).CreateAccumulator();
        using MetricAccumulator other = new TopKAccuracy(2).CreateAccumulator();
        other.Update(logits, Catalog.Batch(logits, Some.Labels()));

        one.Merge(other);

        one.Compute().Should().Be(other.Compute());
    }

    [Fact]
    public void Rows_with_the_ignored_label_do_not_count()
    {
        Tensor logits = Some.Inputs(4, 3);
        Tensor labels = logits.argmax(1);
        labels[2] = torch.tensor(-100L);
        using var accumulator = new MetricAccumulator(Metric.Accuracy) { IgnoredLabel = -100 };

        accumulator.Update(logits, Catalog.Batch(logits, labels));

        accumulator.Compute().Should().Be(1);
    }
}
