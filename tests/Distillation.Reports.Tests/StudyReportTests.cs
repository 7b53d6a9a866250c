using System.Text.Json;
using System.Xml.Linq;
using Distillation.Evaluation;
using Distillation.Losses;

namespace Distillation.Reports.Tests;

public sealed class StudyReportTests
{
    private static readonly StudyResult Result = ExampleStudy.Result();

    [Fact]
    public void Study_is_reported_with_its_verdict_first()
    {
        Report report = Result.ToReport("Is it worth it?");

        report.Title.Should().Be("Is it worth it?");
        report.Sections.Select(section => section.Title).Should().Equal("Verdict", "Pairs", "Candidates", "Gains and losses");
        report.Sections[0].Blocks[0].Should().BeOfType<ReportText>().Which.Text.Should().Be(Result.Sentence());
        report.ToMarkdown().Should().StartWith($"# Is it worth it?\n\n## Verdict\n\nDistill with T = 4, half labels: ");
    }

    [Fact]
    public void Facts_count_candidates_and_not_students_alone() => Facts(Result).Should()
        .Contain("verdict", "distillation helps").And.Contain("candidates", "5").And.Contain("pairs", "3").And.Contain("time", "12 min 34 s")
        .And.Contain("Accuracy, teacher", Math.Round(Result.Teacher!.Accuracy, 4).ToString("G4", System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public void Each_pair_has_a_row_and_so_has_their_mean()
    {
        ReportTable pairs = Tables(Result, "Pairs")[0];

        pairs.Columns.Should().Equal("pair", "alone", "distilled", "difference", "McNemar's p");
        pairs.Rows.Select(row => row[0].Text).Should().Equal("1", "2", "3", "mean");
        pairs.Rows[1][3].Number.Should().Be(Result.Distilled[1].Accuracy - Result.Alone[1].Accuracy);
        pairs.Rows[1][4].Number.Should().Be(Result.McNemar[1].PValue);
        pairs.Rows[3][3].Number.Should().BeApproximately(Result.Difference, 1e-12);
    }

    [Fact]
    public void Both_intervals_and_all_metrics_are_shown()
    {
        ReportTable[] tables = Tables(Result, "Pairs");

        tables[1].Title.Should().Be("95 % intervals of the difference");
        tables[1].Rows.Select(row => row[2].Number).Should().Equal(Result.Interval.Low, Result.Pairs.Interval.Low);
        tables[2].Columns.Should().EndWith("teacher");
        tables[2].Rows.Select(row => row[0].Text).Should().Equal(Result.Teacher!.Metrics.Keys);
        tables[2].Rows.Select(row => row[4].Number).Should().Equal(Result.Teacher.Metrics.Values.Cast<double?>());
    }

    [Fact]
    public void Candidates_are_drawn_by_size_with_the_front_of_the_result()
    {
        ScatterPlot plot = Blocks(Result, "Candidates").OfType<ScatterPlot>().Single();
        ReportTable table = Tables(Result, "Candidates").Single();

        plot.Should().Match<ScatterPlot>(one => one.LogX && one.Front == ParetoFront.SmallXLargeY);
        plot.Groups.Select(group => (group.Name, group.Points.Count)).Should()
            .Equal(("alone", 2), ("distilled", 1), ("distilled, a part of the epochs", 4));
        table.Rows.Where(row => row[^1].Text == "yes").Select(row => row[0].Text).Should()
            .BeEquivalentTo(Result.ParetoFront().Select(point => point.Name)).And.Equal("T = 4, half labels", "T = 4, small");
        table.Rows[1].Select(cell => cell.Text).Should()
            .Equal("T = 2, half labels", "large", "0.8942", "0.3333", "101770", "407080", "101770", "101.7 µs", "no");
    }

    [Fact]
    public void Gains_are_means_over_the_pairs()
    {
        string[] names = [.. Enumerable.Range(0, 10).Select(label => $"class {label}")];

        BarPlot plot = Report.Of(Result, classNames: names).Sections[3].Blocks.OfType<BarPlot>().Single();

        plot.Bars.Should().HaveCount(10).And.BeInDescendingOrder(bar => bar.Value);
        plot.Bars.Single(bar => bar.Name == "class 4").Value.Should().BeApproximately(
            Enumerable.Range(0, 3).Average(pair => Result.Distilled[pair].Confusion!.Recall(4) - Result.Alone[pair].Confusion!.Recall(4)), 1e-12);
    }

    [Fact]
    public void Task_without_classes_has_neither_tests_nor_gains()
    {
        StudyResult result = ExampleStudy.Regression();

        result.ToReport().Sections.Select(section => section.Title).Should().Equal("Verdict", "Pairs", "Candidates");
        Tables(result, "Pairs")[0].Columns.Should().HaveCount(4);
        Tables(result, "Pairs")[2].Columns.Should().NotContain("teacher");
        Blocks(result, "Candidates").OfType<ScatterPlot>().Single().Front.Should().Be(ParetoFront.SmallXSmallY);
        Facts(result).Should().Contain("verdict", "no difference").And.NotContainKey("Accuracy, teacher");
        Blocks(result, "Verdict")[^1].Should().BeOfType<ReportText>().Which.Text.Should().Contain("not tried");
    }

    [Fact]
    public void All_formats_are_read_again_and_are_the_same_in_every_culture()
    {
        Report report = Result.ToReport();

        using var json = JsonDocument.Parse(report.ToJson());
        json.RootElement.GetProperty("title").GetString().Should().Be("Study");
        XElement.Parse(report.ToHtml()).Descendants("figure").Should().HaveCount(2);
        Example.WithComma(() => Result.ToReport().ToHtml()).Should().Be(report.ToHtml());
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        FluentActions.Invoking(() => Report.Of(Result, classNames: ["one"])).Should().Throw<ArgumentException>().WithParameterName("classNames");
        FluentActions.Invoking(() => Result.ToReport(" ")).Should().Throw<ArgumentException>().WithParameterName("Title");
        FluentActions.Invoking(() => Report.Of((StudyResult)null!)).Should().Throw<ArgumentNullException>().WithParameterName("result");
    }

    [Fact]
    public void Real_study_is_reported()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using ITeacher teacher = Teacher.From(Some.Mlp(hidden: 16));
        var study = new DistillationStudy(
            teacher,
            () => Some.Mlp(hidden: 4),
            [new("T = 2", () => new SoftTargetLoss(2)), new("T = 8", () => new SoftTargetLoss(8))],
            new() { Training = new() { Epochs = 2, BatchSize = 20 }, Pairs = 2 });
        StudyResult result = study.Run(Some.Data(samples: 60), Some.Data(samples: 30, seed: 9), Some.Data(samples: 30, seed: 10));

        result.ToReport().Sections.Select(section => section.Title).Should().Equal("Verdict", "Pairs", "Candidates", "Gains and losses");
        Facts(result).Should().Contain("candidates", "2");
        Blocks(result, "Candidates").OfType<ScatterPlot>().Single().Groups.Select(group => group.Name).Should().StartWith(["alone", "distilled"]);
    }

    [Fact]
    public void Run_with_a_baseline_is_compared_with_it()
    {
        var comparison = new BaselineComparison
        {
            Verdict = DistillationVerdict.Helps,
            Metric = "Accuracy",
            Difference = 0.1,
            Interval = new(0.05, 0.15),
            Alone = Example.Metrics(0.7, 0.9),
            Distilled = Example.Metrics(0.8, 0.5),
            McNemar = McNemarTest.Of(1, 9),
            Training = Example.Result(),
        };
        TrainingResult result = Example.Result() with { Baseline = comparison };

        ReportSection section = result.ToReport().Sections.Single(section => section.Title == "Against the student alone");

        section.Blocks[0].Should().BeOfType<ReportText>().Which.Text.Should()
            .StartWith("Accuracy changes by +0.1 (95 % interval +0.05 to +0.15): distillation helps.").And.Contain("p = 0.02148");
        section.Blocks[1].Should().BeOfType<ReportTable>().Which.Rows[1].Select(cell => cell.Number).Should().Equal(null, 0.9, 0.5, 0.5 - 0.9);
    }

    private static IReadOnlyList<ReportBlock> Blocks(StudyResult result, string section) =>
        result.ToReport().Sections.Single(one => one.Title == section).Blocks;

    private static ReportTable[] Tables(StudyResult result, string section) => [.. Blocks(result, section).OfType<ReportTable>()];

    private static Dictionary<string, string> Facts(StudyResult result) =>
        Blocks(result, "Verdict").OfType<ReportFacts>().Single().Values.ToDictionary(fact => fact.Key, fact => fact.Value.Text);
}
