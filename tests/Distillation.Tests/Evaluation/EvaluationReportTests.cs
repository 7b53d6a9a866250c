using Distillation.Evaluation;

namespace Distillation.Tests.Evaluation;

public sealed class EvaluationReportTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Text_is_one_line_with_four_digits() =>
        new EvaluationReport
        {
            Task = "Regression",
            Samples = 1000,
            Metrics = new Dictionary<string, double> { ["MeanSquaredError"] = 0.123456, ["R2Score"] = -12345.6, ["SpearmanCorrelation"] = double.NaN },
        }.ToString().Should().Be("Regression of 1000 samples: MeanSquaredError 0.1235, R2Score -1.235E+04, SpearmanCorrelation NaN");

    [Fact]
    public void Description_is_a_table()
    {
        Tensor logits = torch.tensor(new[,] { { 0.0, -1 }, { 0, -1 }, { 0, -1 }, { -1, 0 } });

        string text = Evaluator.Evaluate(logits, torch.tensor(new long[] { 0, 0, 1, 1 })).Describe();

        text.Split(Environment.NewLine).Should().Equal(
            "Classification, 4 samples",
            "  Accuracy                  0.75",
            "  NegativeLogLikelihood     0.5633",
            "  BrierScore                0.3757",
            "  ExpectedCalibrationError  0.01894",
            "  MacroF1                   0.7333",
            "  class  precision     recall         F1       rows",
            "  0         0.6667          1        0.8          2",
            "  1              1        0.5     0.6667          2");
    }

    [Fact]
    public void Description_of_a_regression_has_no_classes() =>
        Evaluator.Evaluate(torch.tensor(new[] { 1.0, 2, 4 }), torch.tensor(new[] { 1.0, 2, 3 }), EvaluationTask.Regression).Describe()
            .Split(Environment.NewLine).Should().Equal(
                "Regression, 3 samples",
                "  MeanSquaredError      0.3333",
                "  RootMeanSquaredError  0.5774",
                "  MeanAbsoluteError     0.3333",
                "  R2Score               0.5",
                "  SpearmanCorrelation   1");

    [Fact]
    public void Value_of_a_metric_is_found_by_its_name()
    {
        EvaluationReport report = Evaluator.Evaluate(Some.Inputs(20, 4), Some.Labels(), EvaluationTask.Classification.With(new TopKAccuracy(2)));

        report[Metric.TopKAccuracy(2)].Should().Be(report.Metrics["Top2Accuracy"]).And.Be(report.TopK(2));
        report[Metric.Accuracy].Should().Be(report.Accuracy);
    }

    [Fact]
    public void Metric_that_the_task_does_not_have_is_refused_with_those_that_it_has()
    {
        EvaluationReport report = Evaluator.Evaluate(Some.Inputs(20, 1), Some.Inputs(20, 1, 4), EvaluationTask.Regression);
        Func<double>[] reads =
        [
            () => report.Accuracy, () => report.NegativeLogLikelihood, () => report.BrierScore, () => report.ExpectedCalibrationError, () => report.MacroF1,
            () => report.TopK(1), () => report[Metric.Auroc],
        ];

        reads.Should().AllSatisfy(read => read.Should().Throw<InvalidOperationException>().WithMessage(
            "* is no metric of this evaluation: the task Regression has MeanSquaredError, RootMeanSquaredError, MeanAbsoluteError, R2Score, "
            + "SpearmanCorrelation. More are added by EvaluationTask.With."));
    }

    [Fact]
    public void Reliability_bins_add_up_to_the_calibration_error()
    {
        EvaluationReport report = Evaluator.Evaluate(Some.Inputs(200, 3), Some.Labels(200));

        report.Reliability.Should().HaveCount(15);
        report.Reliability.Sum(bin => bin.Rows).Should().Be(200);
        Close.ShouldBe(report.Reliability.Sum(bin => bin.Rows * Math.Abs(bin.Accuracy - bin.Confidence)) / 200, report.ExpectedCalibrationError, 1e-12);
    }

    [Fact]
    public void Rows_of_a_sequence_are_counted_in_the_confusion()
    {
        EvaluationReport report = Evaluator.Evaluate(Some.Inputs(60, 4).reshape(20, 3, 4), Some.Labels(60, 4).reshape(20, 3));

        (report.Samples, report.Confusion!.Counts.Sum(), report.Reliability.Sum(bin => bin.Rows)).Should().Be((20, 60, 60));
        report.TopK(1).Should().Be(report.Accuracy);
    }

    [Fact]
    public void Many_classes_have_no_confusion_but_all_metrics()
    {
        EvaluationReport report = Evaluator.Evaluate(
            Some.Inputs(20, 1025), Some.Labels(20, 1025), EvaluationTask.Classification.With(Metric.TopKAccuracy(100)));

        report.Confusion.Should().BeNull();
        report.Reliability.Should().BeEmpty();
        report.TopK(100).Should().BeInRange(0, 1);
        report.Invoking(one => one.TopK(5)).Should().Throw<InvalidOperationException>().WithMessage("Top5Accuracy is no metric*");
    }

    [Fact]
    public void Reports_of_the_same_outputs_are_equal()
    {
        EvaluationReport Report(int seed) => Evaluator.Evaluate(Some.Inputs(20, 3, seed), Some.Labels());

        Report(1).Should().Be(Report(1)).And.NotBe(Report(2));
        Report(1).GetHashCode().Should().Be(Report(1).GetHashCode());
    }

    [Fact]
    public void Reports_with_an_undefined_value_are_equal()
    {
        EvaluationReport Report() => Evaluator.Evaluate(torch.ones(5), torch.ones(5), EvaluationTask.Regression);

        Report()[Metric.SpearmanCorrelation].Should().Be(double.NaN);
        Report().Should().Be(Report());
    }
}
