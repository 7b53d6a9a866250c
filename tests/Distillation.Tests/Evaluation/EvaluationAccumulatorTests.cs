using Distillation.Evaluation;

namespace Distillation.Tests.Evaluation;

public sealed class EvaluationAccumulatorTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Outputs_of_many_numbers_are_read_in_pieces()
    {
        Tensor logits = Some.Inputs(70, 70_000);
        Tensor labels = Some.Labels(70, 70_000);
        EvaluationTask task = EvaluationTask.Classification.With(Metric.TopKAccuracy(100), Metric.MicroF1);
        using var whole = new EvaluationAccumulator(task);
        using var pieces = new EvaluationAccumulator(task);
        whole.Update(logits, Catalog.Batch(logits, labels));
        for (int i = 0; i < 70; i += 10)
        {
            pieces.Update(logits.narrow(0, i, 10), Catalog.Batch(logits.narrow(0, i, 10), labels.narrow(0, i, 10)));
        }

        EvaluationReport report = whole.Compute();

        report.Samples.Should().Be(70);
        foreach ((string name, double value) in pieces.Compute().Metrics)
        {
            Close.ShouldBe(report.Metrics[name], value, 1e-12, name);
        }
    }

    [Fact]
    public void Batch_that_cannot_be_split_is_read_as_a_whole()
    {
        Tensor logits = Some.Inputs(70, 70_000);
        Tensor labels = Some.Labels(70, 70_000);
        using var accumulator = new EvaluationAccumulator(EvaluationTask.Classification);

        accumulator.Update(logits, new Unsplittable(logits, labels));

        Close.ShouldBe(
            accumulator.Compute().NegativeLogLikelihood, Evaluator.Evaluate(logits, labels).NegativeLogLikelihood, 1e-12, "a batch of a type of its own");
    }

    [Fact]
    public void Pieces_have_their_part_of_the_mask()
    {
        Tensor logits = Some.Inputs(2 * 50, 50_000).reshape(50, 2, 50_000);
        Tensor labels = logits.argmax(2);
        Tensor mask = torch.ones(50, 2, torch.ScalarType.Int64);
        mask[48..] = torch.zeros(2, 2, torch.ScalarType.Int64);
        labels[48..] = torch.zeros(2, 2, torch.ScalarType.Int64);
        using var accumulator = new EvaluationAccumulator(EvaluationTask.Tokens);

        accumulator.Update(logits, Catalog.Batch(torch.zeros(50, 1), labels, mask));

        accumulator.Compute().Accuracy.Should().Be(1);
    }

    [Fact]
    public void Pieces_leave_no_tensor()
    {
        Tensor logits = torch.zeros(50, 100_000);
        Batch batch = Catalog.Batch(torch.zeros(50, 1), torch.zeros(50, torch.ScalarType.Int64), torch.ones(50));

        Leak.None(() =>
        {
            using var accumulator = new EvaluationAccumulator(EvaluationTask.Tokens);
            accumulator.Update(logits, batch);
        });
    }

    [Fact]
    public void Data_of_which_no_row_counts_is_refused()
    {
        using var accumulator = new EvaluationAccumulator(EvaluationTask.Tokens.Ignoring(-100));
        Tensor logits = torch.zeros(4, 3, 2);
        accumulator.Update(logits, Catalog.Batch(logits, torch.full(4, 3, -100, torch.ScalarType.Int64)));
        accumulator.Update(logits, Catalog.Batch(logits, torch.zeros(4, 3, torch.ScalarType.Int64), torch.zeros(4, 3)));

        accumulator.Invoking(one => one.Compute()).Should().Throw<InvalidOperationException>()
            .WithMessage("None of the 8 samples has a row that counts: mask or ignored label rule out all.");
    }

    [Fact]
    public void Accumulator_without_a_batch_has_no_report()
    {
        using var accumulator = new EvaluationAccumulator(EvaluationTask.Regression);

        accumulator.Invoking(one => one.Compute()).Should().Throw<InvalidOperationException>().WithMessage("MeanSquaredError needs at least one batch*");
    }

    [Fact]
    public void Reset_forgets_all()
    {
        using var accumulator = new EvaluationAccumulator(EvaluationTask.Classification);
        accumulator.Update(Some.Inputs(20, 3) * double.NaN, Some.Batch(20));

        accumulator.Reset();
        accumulator.Update(Some.Inputs(20, 3), Some.Batch(20));

        accumulator.Compute().Should().Be(Evaluator.Evaluate(Some.Inputs(20, 3), Some.Batch(20).Labels!));
    }

    [Fact]
    public void Shards_are_merged_with_confusion_and_reliability()
    {
        Tensor logits = Some.Inputs(50, 3);
        Tensor labels = Some.Labels(50);
        using var first = new EvaluationAccumulator(EvaluationTask.Classification.With(new TopKAccuracy(2)));
        using var second = new EvaluationAccumulator(EvaluationTask.Classification.With(new TopKAccuracy(2)));
        using var empty = new EvaluationAccumulator(EvaluationTask.Classification.With(new TopKAccuracy(2)));
        first.Update(logits[..20], Catalog.Batch(logits[..20], labels[..20]));
        second.Update(logits[20..], Catalog.Batch(logits[20..], labels[20..]));

        first.Merge(empty);
        empty.Merge(second);
        first.Merge(empty);

        EvaluationReport whole = Evaluator.Evaluate(logits, labels, first.Task);
        EvaluationReport merged = first.Compute();
        (merged.Samples, merged.Confusion, merged.TopK(2)).Should().Be((50, whole.Confusion, whole.TopK(2)));
        merged.Reliability.Select(bin => bin.Rows).Should().Equal(whole.Reliability.Select(bin => bin.Rows));
    }

    [Fact]
    public void First_row_that_is_not_finite_is_that_of_the_first_shard_with_one()
    {
        using var first = new EvaluationAccumulator(EvaluationTask.Regression);
        using var second = new EvaluationAccumulator(EvaluationTask.Regression);
        first.Update(torch.zeros(3), Catalog.Batch(torch.zeros(3), torch.zeros(3)));
        second.Update(torch.tensor(new[] { 0, float.NaN, float.NaN }), Catalog.Batch(torch.zeros(3), torch.zeros(3)));

        first.Merge(second);
        first.Merge(second);

        first.Invoking(one => one.Compute()).Should().Throw<InvalidOperationException>().WithMessage("*in 4 rows, first for sample 1.*");
    }

    [Fact]
    public void Another_task_is_not_merged()
    {
        using var one = new EvaluationAccumulator(EvaluationTask.Tokens);
        using var other = new EvaluationAccumulator(EvaluationTask.Segmentation);

        one.Invoking(accumulator => accumulator.Merge(other)).Should().Throw<ArgumentException>()
            .WithMessage("Only the same task can be merged, but this is Tokens (*) and the other Segmentation (*");
    }

    [Fact]
    public void Batches_with_another_number_of_classes_are_refused()
    {
        using var accumulator = new EvaluationAccumulator(EvaluationTask.Classification);
        accumulator.Update(torch.zeros(8, 3), Some.Batch());

        accumulator.Invoking(one => one.Update(torch.zeros(8, 4), Some.Batch())).Should().Throw<InvalidOperationException>()
            .WithMessage("A model must give the same number of outputs for every batch*");
    }

    [Theory]
    [InlineData(nameof(EvaluationTask.Classification))]
    [InlineData(nameof(EvaluationTask.Retrieval))]
    public void No_tensor_is_left(string name)
    {
        EvaluationTask task = Catalog.Task(name);
        Tensor output = Some.Inputs(20, 5);
        Batch batch = Catalog.Batch(output, Some.Labels());

        Leak.None(() =>
        {
            using var accumulator = new EvaluationAccumulator(task);
            using var other = new EvaluationAccumulator(task);
            accumulator.Update(output, batch);
            other.Update(output, batch);
            accumulator.Merge(other);
            _ = accumulator.Compute();
        });
    }

    // Without an override of Create.
    private sealed class Unsplittable(Tensor inputs, Tensor labels) : Batch(inputs, labels, torch.arange(0, inputs.size(0)));
}
