using Distillation.SmallData;

namespace Distillation.Reports.Tests;

public sealed class RepeatedReportTests
{
    private readonly RepeatedDistillationReport _report = ExampleDistillation.Repeated();

    [Fact]
    public void Verdict_has_the_first_sentences_of_the_result()
    {
        Report report = _report.ToReport("Three runs");

        report.Sections.Select(section => section.Title).Should().Equal("Verdict", "Gains", "Models", "Runs", "Gains and losses");
        report.Texts("Verdict").SkipLast(1).Should().Equal(_report.Describe().Split(Environment.NewLine).Take(2));
        report.Texts("Verdict")[0].Should().StartWith("Accuracy against the plain original changed by +11.667 points");
    }

    [Fact]
    public void Gains_are_means_over_the_runs_with_their_intervals()
    {
        IntervalPlot[] plots = _report.ToReport().Blocks<IntervalPlot>("Gains");

        plots.Select(plot => plot.Title).Should().Equal(
            "Change of Accuracy, higher is better",
            "Change of NegativeLogLikelihood, lower is better",
            "Change of BrierScore, lower is better",
            "Change of ExpectedCalibrationError, lower is better");
        plots[0].Values.Should().Equal(
            new PlotInterval("against plain", _report.AgainstPlain(Metric.Accuracy).Mean, _report.AgainstPlain(Metric.Accuracy).Interval),
            new PlotInterval("against known labels", _report.AgainstControl(Metric.Accuracy)!.Mean, _report.AgainstControl(Metric.Accuracy)!.Interval));
        _report.ToReport().Blocks<ReportTable>("Gains").Single().Rows.Should().HaveCount(8).And.OnlyContain(row =>
            (row[5].Text == "no") == (row[3].Number <= 0 && row[4].Number >= 0));
    }

    [Fact]
    public void Models_have_intervals_over_the_runs_and_each_run_has_a_row()
    {
        Report report = _report.ToReport();

        IntervalPlot plot = report.Blocks<IntervalPlot>("Models").Single();
        plot.Title.Should().Be("Accuracy, mean of 3 runs");
        plot.Values[0].Value.Should().BeApproximately(_report.Runs.Average(run => run.Plain.Accuracy), 1e-12);
        plot.Values[0].Interval!.Value.Contains(plot.Values[0].Value).Should().BeTrue();
        report.Texts("Models").Single().Should().StartWith("Intervals are 95 % intervals of the mean over the runs");
        ReportTable runs = report.Blocks<ReportTable>("Runs").Single();
        runs.Rows.Select(row => row[0].Text).Should().Equal("1", "2", "3");
        runs.Rows[1].Skip(1).Select(cell => cell.Number).Should().Equal(
            _report.Runs[1].Plain.Accuracy,
            _report.Runs[1].Control!.Accuracy,
            _report.Runs[1].Final.Accuracy,
            _report.Runs[1].Distilled.Accuracy,
            _report.Runs[1].Teacher!.Accuracy,
            _report.Runs[1].Difference!.PValue);
    }

    [Fact]
    public void Gain_of_a_class_is_the_mean_over_the_runs() =>
        _report.ToReport().Blocks<BarPlot>("Gains and losses").Single().Bars.Single(bar => bar.Name == "4").Value.Should().BeApproximately(
            _report.Runs.Average(run => run.Final.Confusion!.Recall(4) - run.Plain.Confusion!.Recall(4)), 1e-12);

    [Fact]
    public void Regression_is_compared_by_the_metrics_that_are_finite()
    {
        RepeatedDistillationReport report = new() { Runs = [ExampleDistillation.Regression(), ExampleDistillation.Regression(final: 0.35)] };

        report.ToReport().Texts("Verdict")[0].Should().StartWith("MeanSquaredError against the plain original changed by -0.175 (95 % interval");
        report.ToReport().Texts("Verdict").SkipLast(1).Should().Equal(report.Describe().Split(Environment.NewLine).Take(2));
        report.ToReport().Blocks<IntervalPlot>("Gains").Single(plot => plot.Title.Contains("Spearman")).Values.Should().BeEmpty();
        report.ToReport().Blocks<ReportTable>("Runs").Single().Columns.Should().NotContain("McNemar's p");
    }

    [Fact]
    public void One_run_has_no_interval()
    {
        Report report = new RepeatedDistillationReport { Runs = [ExampleDistillation.Report()] }.ToReport();

        report.Blocks<IntervalPlot>("Gains")[0].Values[0].Interval!.Value.Low.Should().Be(double.NegativeInfinity);
        report.ToJson().Should().Contain("\"-Infinity\"");
        report.Texts("Verdict")[0].Should().Contain("no difference is established");
    }

    [Fact]
    public void Report_without_runs_is_refused() =>
        FluentActions.Invoking(() => new RepeatedDistillationReport { Runs = [] }.ToReport()).Should().Throw<ArgumentException>().WithParameterName("report");
}
