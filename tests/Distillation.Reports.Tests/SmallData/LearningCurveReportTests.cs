using Distillation.SmallData;

namespace Distillation.Reports.Tests;

public sealed class LearningCurveReportTests
{
    private readonly Dictionary<long, RepeatedDistillationReport> _reports = new()
    {
        [500] = new() { Runs = [ExampleDistillation.Report(plain: 7, final: 9)] },
        [100] = ExampleDistillation.Repeated(),
        [200] = new() { Runs = [ExampleDistillation.Report(plain: 5), ExampleDistillation.Report(plain: 6)] },
    };

    [Fact]
    public void Models_are_drawn_over_the_numbers_of_labels_in_order()
    {
        LinePlot[] plots = _reports.ToReport("How many labels?").Blocks<LinePlot>("Learning curves");

        plots.Select(plot => plot.YLabel).Should().Equal("Accuracy", "NegativeLogLikelihood");
        plots[0].LogX.Should().BeTrue();
        plots[0].Series.Select(series => series.Name).Should().Equal(
            "plain original", "same pool, known labels", "original by 'distillation from kernel ridge'", "simplified model", "teacher itself");
        plots[0].Series.Should().OnlyContain(series => series.Points.Select(point => point.X).SequenceEqual(new[] { 100.0, 200, 500 }));
        plots[0].Series[0].Points[1].Y.Should().BeApproximately(_reports[200].Runs.Average(run => run.Plain.Accuracy), 1e-12);
    }

    [Fact]
    public void Intervals_are_over_the_runs_or_else_over_test_samples()
    {
        LinePlot[] plots = _reports.ToReport().Blocks<LinePlot>("Learning curves");
        PlotPoint one = plots[0].Series[0].Points[2];

        plots[0].Series[0].Points.Should().OnlyContain(point => point.Interval!.Value.Low < point.Y && point.Y < point.Interval!.Value.High);
        one.Interval.Should().Be(ExampleDistillation.Report(plain: 7).ToReport().Blocks<IntervalPlot>("Models").Single().Values[0].Interval);
        plots[1].Series[0].Points[2].Interval.Should().BeNull("the likelihood of one run has no interval");
        _reports.ToReport().Texts("Learning curves").Single().Should().StartWith("Where there are several runs");
    }

    [Fact]
    public void Verdict_has_a_sentence_for_each_number_of_labels()
    {
        string[] texts = _reports.ToReport().Texts("Verdict");

        texts[0].Should().Be($"100 labels: {_reports[100].Describe().Split(Environment.NewLine)[0]}");
        texts[1].Should().StartWith("200 labels: Accuracy against the plain original changed by").And.Contain("2 pairs");
        texts[2].Should().Be($"500 labels: {_reports[500].Runs[0].Sentence()}");
    }

    [Fact]
    public void Table_has_the_change_with_its_interval_where_there_are_several_runs()
    {
        ReportTable table = _reports.ToReport().Blocks<ReportTable>("Learning curves").Single();

        table.Columns.Should().StartWith(["labeled samples", "runs", "recipe", "plain original"]).And.EndWith(["change", "from", "to"]);
        table.Rows.Select(row => row[0].Text + " " + row[1].Text).Should().Equal("100 3", "200 2", "500 1");
        table.Rows[0][^3].Number.Should().BeApproximately(_reports[100].AgainstPlain(Metric.Accuracy).Mean, 1e-12);
        table.Rows[0][^2].Number.Should().Be(_reports[100].AgainstPlain(Metric.Accuracy).Interval.Low);
        table.Rows[2].TakeLast(2).Should().OnlyContain(cell => cell.Text.Length == 0);
    }

    [Fact]
    public void Recipes_that_differ_are_one_line()
    {
        _reports[500] = new() { Runs = [ExampleDistillation.Report(recipe: Recipe.Augment(new GaussianNoise(0.1))) with { Control = null, Teacher = null }] };

        Report report = _reports.ToReport();

        PlotSeries[] series = [.. report.Blocks<LinePlot>("Learning curves")[0].Series];
        series.Select(one => (one.Name, one.Points.Count)).Should().Equal(
            ("plain original", 3), ("same pool, known labels", 2), ("original by the recipe", 3), ("simplified model", 3), ("teacher itself", 2));
        report.Blocks<ReportTable>("Learning curves").Single().Rows[2][2].Text.Should().Be("augmentation");
    }

    [Fact]
    public void Regression_has_one_curve() =>
        new Dictionary<long, RepeatedDistillationReport> { [50] = new() { Runs = [ExampleDistillation.Regression()] } }.ToReport()
            .Blocks<LinePlot>("Learning curves").Should().ContainSingle().Which.YLabel.Should().Be("MeanSquaredError");

    [Fact]
    public void What_is_no_curve_is_refused()
    {
        Refuse([]).WithMessage("*at least one*");
        Refuse(new() { [0] = ExampleDistillation.Repeated() }).WithMessage("*but 0 has 3*");
        Refuse(new() { [10] = new() { Runs = [] } }).WithMessage("*but 10 has 0*");
        Refuse(new() { [10] = ExampleDistillation.Repeated(), [20] = new() { Runs = [ExampleDistillation.Regression()] } })
            .WithMessage("*but are of Classification, Regression*");

        static FluentAssertions.Specialized.ExceptionAssertions<ArgumentException> Refuse(Dictionary<long, RepeatedDistillationReport> reports) =>
            FluentActions.Invoking(() => reports.ToReport()).Should().Throw<ArgumentException>().WithParameterName("reports");
    }

    [Fact]
    public void Real_runs_are_reported()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        var distillation = new ModelDistillation(() => Some.Mlp(), () => Some.Mlp(), ExampleDistillation.Recipe, ExampleDistillation.Options);
        var reports = new Dictionary<long, RepeatedDistillationReport>();
        foreach (int labels in new[] { 20, 40 })
        {
            reports[labels] = distillation.Repeat(Some.Data(samples: labels), Some.Data(samples: 30, seed: 9), runs: 2);
        }

        Report report = reports.ToReport();

        report.Blocks<LinePlot>("Learning curves")[0].Series[2].Points[1].Y.Should()
            .BeApproximately(reports[40].Runs.Average(run => run.Final.Accuracy), 1e-12);
        reports[40].ToReport().Texts("Verdict").SkipLast(1).Should().Equal(reports[40].Describe().Split(Environment.NewLine).Take(2));
        report.ToHtml().Should().Be(reports.ToReport().ToHtml());
    }
}
