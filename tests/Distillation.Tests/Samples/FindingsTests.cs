using System.Text.Json;
using Distillation.Reports;
using QuickStart;

namespace Distillation.Tests.Samples;

public sealed class FindingsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory().FullName;
    private readonly Findings _findings = new(
        "small-data",
        "Small data",
        "two | images",
        new Dictionary<string, ReportCell> { ["labels"] = 200, ["share"] = 0.5 },
        [new(["model", "NLL"], [["a|b", "0.500"]])],
        ["first\nsecond", "third"],
        [new ReportTable(["model", "NLL"], [["a", double.PositiveInfinity], ["b", 1.0 / 3]])]);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Report_is_three_files_and_nothing_else()
    {
        File.WriteAllText(Path.Combine(_directory, "small-data.md"), "what was there before");

        _findings.ToReport().Write(_directory, _findings.Name);

        Directory.GetFiles(_directory).Select(Path.GetFileName).Should().BeEquivalentTo("small-data.html", "small-data.md", "small-data.json");
        File.ReadAllText(Path.Combine(_directory, "small-data.md")).Should().Be(_findings.ToReport().ToMarkdown());
    }

    [Fact]
    public void Report_has_result_figures_and_settings()
    {
        Report report = _findings.ToReport();

        report.Title.Should().Be("Small data");
        report.Sections.Select(section => section.Title).Should().Equal("Result", "Figures", "Settings");
        report.Sections[0].Blocks.OfType<ReportText>().Select(text => text.Text).Should().Equal("two | images", "first", "second", "third");
        report.Sections[1].Blocks.Should().Equal(_findings.Details);
        report.ToMarkdown().Should().Contain("| labels | 200 |").And.Contain($"| library | {Findings.Library}");
    }

    [Fact]
    public void Json_has_all_digits_and_is_read_when_a_figure_is_not_finite()
    {
        using var json = JsonDocument.Parse(_findings.ToReport().ToJson());

        string text = json.RootElement.GetProperty("sections")[1].GetRawText();
        text.Should().Contain("\"Infinity\"").And.Contain("0.3333333333333333");
    }

    [Fact]
    public void Figures_have_a_row_for_each_seed_and_one_of_what_is_of_all()
    {
        EvaluationReport Measured(double accuracy) => new()
        {
            Task = "Classification",
            Samples = 10,
            Metrics = new Dictionary<string, double>
            {
                ["Accuracy"] = accuracy,
                ["NegativeLogLikelihood"] = 1,
                ["BrierScore"] = 0.5,
                ["ExpectedCalibrationError"] = 0.1,
            },
        };
        Arm[] arms = [new("alone", [Measured(0.7), Measured(0.8)]) { Parameters = 50_890 }, new("together", [Measured(0.9)])];

        IReadOnlyList<ReportBlock> figures = ArmBlocks.Figures(arms, "seed", [4, 5]);
        ReportTable summary = ArmBlocks.Summary(arms);

        figures.OfType<ReportTable>().Single().Rows.Select(row => $"{row[0]} {row[1]} {row[2]}").Should()
            .Equal("alone 4 0.7", "alone 5 0.8", "together all 0.9");
        figures.OfType<ScatterPlot>().Single().Groups.Select(group => group.Points.Count).Should().Equal(2, 1);
        summary.Rows[0].Select(cell => cell.Text).Should().Equal("alone", "75.0 ± 7.1", "1.000 ± 0.000", "0.500 ± 0.000", "10.0 ± 0.0", "50,890", "");
    }
}
