using Distillation.Evaluation;

namespace Distillation.Tests.Evaluation;

public sealed class OwnMetricTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly Tensor _predictions = torch.tensor(new[] { 1.0, 5, 2, -3 });
    private readonly Tensor _targets = torch.tensor(new[] { 1.5, 2, 2, 1 });

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Metric_of_ones_own_is_part_of_a_task()
    {
        EvaluationReport report = Evaluator.Evaluate(_predictions, _targets, EvaluationTask.Regression.With(new MaxError()));

        report[new MaxError()].Should().Be(4);
        report.ToString().Should().EndWith(", MaxError 4");
    }

    [Fact]
    public void Metric_of_ones_own_is_a_task_alone()
    {
        EvaluationTask task = EvaluationTask.Custom("worst case", new MaxError(), new Rows());

        EvaluationReport report = Evaluator.Evaluate(
            Teacher.From(inputs => inputs), new TensorData(_predictions.unsqueeze(1), _targets), task, batchSize: 3);

        (report.Task, report.Samples, report.Metrics["MaxError"], report.Metrics["Rows"]).Should().Be(("worst case", 4, 4, 4));
    }

    [Fact]
    public void Batch_without_a_row_is_nothing_to_it()
    {
        using MetricAccumulator accumulator = new MaxError().CreateAccumulator();
        accumulator.Update(_predictions, Catalog.Batch(_predictions, _targets, torch.zeros(4)));

        accumulator.Compute().Should().Be(double.NaN);
        accumulator.Update(_predictions, Catalog.Batch(_predictions, _targets));
        accumulator.Compute().Should().Be(4);
    }

    [Fact]
    public void State_may_be_a_tensor_of_the_input()
    {
        EvaluationTask task = EvaluationTask.Custom("raw", new FirstLogit(), Metric.Accuracy);
        Tensor logits = Some.Inputs(20, 3);

        EvaluationReport report = Evaluator.Evaluate(logits, Some.Labels(), task);

        report.Metrics["FirstLogit"].Should().Be(logits[0, 0].item<float>());
        logits.IsInvalid.Should().BeFalse();
        using MetricAccumulator accumulator = new FirstLogit().CreateAccumulator();
        accumulator.Update(logits, Catalog.Batch(logits, Some.Labels()));
        accumulator.Update(logits, Catalog.Batch(logits, Some.Labels()));
        accumulator.Compute().Should().Be(logits[0, 0].item<float>());
    }

    [Fact]
    public void Its_tensors_are_disposed()
    {
        Batch batch = Catalog.Batch(_predictions, _targets);

        Leak.None(() =>
        {
            using MetricAccumulator accumulator = new MaxError().CreateAccumulator();
            accumulator.Update(_predictions, batch);
            accumulator.Update(_predictions, batch);
            _ = accumulator.Compute();
        });
    }

    private sealed class MaxError : Metric
    {
        public override bool HigherIsBetter => false;

        public override MetricReduction Reduction => MetricReduction.Concatenate;

        public override Tensor Measure(MetricInput input) => (input.Targets.Predictions - input.Targets.Targets).abs();

        public override double Compute(Tensor state) => state.numel() == 0 ? double.NaN : state.max().item<double>();
    }

    private sealed class Rows : Metric
    {
        public override bool HigherIsBetter => true;

        public override Tensor Measure(MetricInput input) => torch.tensor(input.Targets.Count);

        public override double Compute(Tensor state) => state.item<long>();
    }

    private sealed class FirstLogit : Metric
    {
        public override bool HigherIsBetter => true;

        public override MetricReduction Reduction => MetricReduction.Concatenate;

        public override Tensor Measure(MetricInput input) => input.Classes.Logits;

        public override double Compute(Tensor state) => state[0, 0].item<float>();
    }
}
