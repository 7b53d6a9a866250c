using Distillation.Evaluation;

namespace Distillation.Reports.Tests;

public sealed class ReportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("distillation-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Run_of_which_everything_is_known_has_every_section() =>
        Report.Of(Example.Full()).Sections.Select(section => section.Title).Should().Equal(
            "Summary", "Curves", "Gains and losses", "Classes", "Calibration", "Agreement with the teacher", "Costs", "Settings");

    [Fact]
    public void Result_alone_has_curves_and_settings() =>
        Report.Of(new() { Result = Example.Result() }).Sections.Select(section => section.Title).Should().Equal("Summary", "Curves", "Settings");

    [Fact]
    public void Run_without_epochs_has_no_curves() =>
        Report.Of(new() { Result = Example.Result(epochs: 0, isValidated: false) }).Sections.Select(section => section.Title)
            .Should().Equal("Summary", "Settings");

    [Fact]
    public void Real_run_is_reported_with_its_best_validation()
    {
        TrainingResult result = Example.Trained();

        Report report = result.ToReport("A real run");

        report.Sections.Select(section => section.Title).Should().Equal("Summary", "Curves", "Classes", "Calibration", "Settings");
        report.Sections[1].Blocks.Cast<LinePlot>().Select(plot => plot.Title).Should().Equal(
        [
            "Loss and its terms",
            .. result.Best!.Validation!.Metrics.Keys.Select(metric => $"{metric} in validation"),
            "Learning rate",
        ]);
        report.ToMarkdown().Should().Contain($"| {nameof(TrainerOptions.Seed)} | 4 |").And.Contain("| TorchSharp | ");
    }

    [Fact]
    public void Term_that_is_the_loss_is_drawn_once()
    {
        TrainingResult result = Example.Result(terms: []);
        TrainingProgress[] history =
            [.. result.History.Select(report => report with { Terms = new Dictionary<string, double> { ["HardLabel"] = report.Loss } })];

        var plot = (LinePlot)Report.Of(new() { Result = result with { History = history } }).Sections[1].Blocks[0];

        plot.Series.Should().ContainSingle().Which.Name.Should().Be("loss = HardLabel");
    }

    [Fact]
    public void Curves_of_a_part_of_an_epoch_lie_between_epochs()
    {
        TrainingResult result = Example.Result(epochs: 1);
        TrainingProgress report = result.History[0] with { Position = new(0, 5, 5, 10) };

        var plot = (LinePlot)Report.Of(new() { Result = result with { History = [report] } }).Sections[1].Blocks[0];

        plot.Series[0].Points.Should().Equal(new PlotPoint(0.5, report.Loss));
    }

    [Fact]
    public void Compression_is_computed_where_both_costs_are_known()
    {
        TrainingRun run = Example.Full();
        var given = new CompressionRatio { Parameters = 2, Bytes = 3, Latency = 4 };

        run.Compression!.Parameters.Should().Be(1_234_567 / 101_770.0);
        (run with { StudentCost = null }).Compression.Should().BeNull();
        (run with { Compression = given }).Compression.Should().BeSameAs(given);
    }

    [Fact]
    public void Gains_are_differences_of_recall_with_the_largest_first()
    {
        TrainingRun run = Example.Full();

        BarPlot plot = Report.Of(run).Sections.Single(section => section.Title == "Gains and losses").Blocks.OfType<BarPlot>().Single();

        plot.Bars.Should().HaveCount(10).And.BeInDescendingOrder(bar => bar.Value);
        plot.Bars.Single(bar => bar.Name == "Coat").Value.Should()
            .Be(run.Evaluation!.Confusion!.Recall(4) - run.Baseline!.Confusion!.Recall(4));
    }

    [Fact]
    public void Of_many_classes_the_largest_gains_and_losses_are_shown()
    {
        TrainingRun run = new()
        {
            Result = Example.Result(),
            Evaluation = Example.Evaluation(classes: 200, samples: 2000, wrongEvery: 5),
            Baseline = Example.Evaluation(classes: 200, samples: 2000, wrongEvery: 3),
        };

        IReadOnlyList<ReportSection> sections = Report.Of(run).Sections;

        sections.SelectMany(section => section.Blocks).OfType<BarPlot>().Single().Bars.Should().HaveCount(24).And.BeInDescendingOrder(bar => bar.Value);
        sections.SelectMany(section => section.Blocks).OfType<HeatMap>().Should().BeEmpty();
        sections.Single(section => section.Title == "Classes").Blocks.OfType<ReportTable>().Select(table => table.Rows.Count).Should().Equal(20, 20);
    }

    [Fact]
    public void What_does_not_fit_together_is_refused()
    {
        TrainingRun run = Example.Full();
        TrainingRun[] wrong =
        [
            run with { ClassNames = ["one"] },
            run with { Baseline = Example.Evaluation(classes: 3) },
            run with { Baseline = Example.Metrics(0, 0, task: "Regression") },
            run with { Evaluation = null, Result = Example.Result(isValidated: false) },
        ];

        wrong.Should().AllSatisfy(one => FluentActions.Invoking(() => Report.Of(one)).Should().Throw<ArgumentException>().WithParameterName("run"));
        FluentActions.Invoking(() => run with { Title = " " }).Should().Throw<ArgumentException>().WithParameterName("Title");
        FluentActions.Invoking(() => run with { Result = null! }).Should().Throw<ArgumentNullException>().WithParameterName("Result");
        FluentActions.Invoking(() => Report.Of((TrainingRun)null!)).Should().Throw<ArgumentNullException>().WithParameterName("run");
    }

    [Fact]
    public void Three_files_are_written_and_replaced_without_a_trace()
    {
        Report report = Report.Of(Example.Full());
        string folder = Path.Combine(_folder, "made", "here");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "report.html"), new string('x', 1_000_000));

        string path = report.Write(folder);

        path.Should().Be(Path.Combine(folder, "report.html"));
        Directory.GetFiles(folder).Select(Path.GetFileName).Should().BeEquivalentTo("report.html", "report.md", "report.json");
        File.ReadAllText(path).Should().Be(report.ToHtml());
        File.ReadAllText(Path.Combine(folder, "report.md")).Should().Be(report.ToMarkdown());
        File.ReadAllText(Path.Combine(folder, "report.json")).Should().Be(report.ToJson());
    }

    [Fact]
    public void Name_with_a_directory_is_refused_and_errors_are_not_swallowed()
    {
        Report report = Report.Of(new() { Result = Example.Result() });
        string file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");

        FluentActions.Invoking(() => report.Write(_folder, "../report")).Should().Throw<ArgumentException>().WithParameterName("name");
        FluentActions.Invoking(() => report.Write(" ")).Should().Throw<ArgumentException>().WithParameterName("directory");
        FluentActions.Invoking(() => report.Write(file)).Should().Throw<IOException>();
    }

    [Fact]
    public void Sections_of_ones_own_are_added()
    {
        Report report = Report.Of(new() { Result = Example.Result() });
        var own = new ReportSection { Title = "My notes", Blocks = [new ReportText { Text = "The second run is the better one." }] };

        (report with { Sections = [.. report.Sections, own] }).ToMarkdown().Should().EndWith("## My notes\n\nThe second run is the better one.\n");
    }

    [Fact]
    public void Tables_refuse_rows_of_another_length()
    {
        FluentActions.Invoking(() => new ReportTable([], [])).Should().Throw<ArgumentException>().WithParameterName("columns");
        FluentActions.Invoking(() => new ReportTable(["a", "b"], [["x", 1L], ["y"]])).Should().Throw<ArgumentException>().WithParameterName("rows")
            .WithMessage("*row 1 has 1*");
    }
}
