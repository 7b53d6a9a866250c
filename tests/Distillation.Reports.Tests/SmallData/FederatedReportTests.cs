using Distillation.SmallData;

namespace Distillation.Reports.Tests;

public sealed class FederatedReportTests
{
    private readonly FederatedComparisonResult _result = ExampleDistillation.Federated();

    [Fact]
    public void Best_way_stands_first()
    {
        Report report = _result.ToReport("Three hospitals");

        report.Sections.Select(section => section.Title).Should().Equal("Verdict", "Accuracy and communication", "Ways");
        report.Texts("Verdict").Single().Should().StartWith("Best without central data: FedDF, with an accuracy of 83.0 % (80.0 to 86.0).");
        _result.Describe().Should().EndWith("best without central data: FedDF");
    }

    [Fact]
    public void Accuracy_stands_with_its_interval_over_the_bytes_sent_and_received()
    {
        ScatterPlot plot = _result.ToReport().Blocks<ScatterPlot>("Accuracy and communication").Single();

        plot.LogX.Should().BeTrue();
        plot.Groups.Select(group => group.Name).Should().Equal("one exchange of models: ensemble", "FedAvg", "FedDF");
        plot.Groups[2].Points.Single().Should().Be(new PlotPoint(39_000_000, 0.83) { Interval = _result.Rows[3].Interval });
        plot.Numbers().Rows.Select(row => row[^1].Text).Should().Equal("yes", "no", "yes");
    }

    [Fact]
    public void Ways_without_communication_are_named_and_drawn_beside_the_others()
    {
        Report report = _result.ToReport();

        report.Texts("Accuracy and communication").Single().Should()
            .EndWith("Not on the axis of bytes, for none are counted: each client alone, all samples in one place.");
        report.Blocks<IntervalPlot>("Accuracy and communication").Single().Values.Select(value => (value.Name, value.Value)).Should()
            .Equal(_result.Rows.Select(row => (row.Name, row.Accuracy)));
    }

    [Fact]
    public void All_numbers_of_all_ways_are_listed()
    {
        Report report = _result.ToReport();

        report.Blocks<ReportTable>("Ways").Single().Rows[3].Select(cell => cell.Text).Should()
            .Equal("FedDF", "0.83", "0.8", "0.86", "0.17", "0.017", "13000000", "26000000", "10", "12.5 s");
        report.Blocks<IntervalPlot>("Ways").Single().Values.Select(value => value.Value)
            .Should().Equal(_result.Rows.Select(row => row.ExpectedCalibrationError));
    }

    [Fact]
    public void Result_without_a_way_that_leaves_samples_where_they_are_is_refused() =>
        FluentActions.Invoking(() => (_result with { Rows = [_result.Rows[^1]] }).ToReport()).Should().Throw<ArgumentException>()
            .WithParameterName("result").WithMessage("*none of 1 does*");

    [Fact]
    public void Real_comparison_is_reported()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        var options = new FederatedComparisonOptions
        {
            OneShot = new() { Training = ExampleDistillation.Training, MinPoolSize = 40, PoolFactor = 1 },
            Averaging = new() { Rounds = 2, Training = ExampleDistillation.Training with { Optimizer = new SgdOptimizer(0.1) } },
            Algorithms = [new FedAvg()],
            Fusion = new() { Training = ExampleDistillation.Training },
        };
        FederatedComparisonResult result = new FederatedComparison(() => Some.Mlp(), new GaussianNoise(0.5), options)
            .Run([Some.Data(samples: 30), Some.Data(samples: 30, seed: 7)], Some.Data(samples: 30, seed: 9));

        Report report = result.ToReport();

        report.Texts("Verdict").Single().Should().StartWith($"Best without central data: {result.Best.Name}, with an accuracy of ");
        report.Blocks<ReportTable>("Ways").Single().Rows.Should().HaveCount(result.Rows.Count);
        report.ToHtml().Should().Be(result.ToReport().ToHtml());
    }
}
