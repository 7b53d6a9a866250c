using System.Xml.Linq;
using Distillation.SmallData;

namespace Distillation.Reports.Tests;

public sealed class ModelDistillationReportTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly ModelDistillationReport _report = ExampleDistillation.Report();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Verdict_is_the_sentence_of_the_result_and_stands_first()
    {
        Report report = _report.ToReport("Is the recipe worth it?");

        report.Sections.Select(section => section.Title).Should().Equal("Verdict", "Models", "Gains and losses", "Classes", "Calibration");
        report.Texts("Verdict")[0].Should().Be(_report.Sentence());
        _report.Describe().Should().EndWith(_report.Sentence());
        report.ToMarkdown().Should().StartWith("# Is the recipe worth it?\n\n## Verdict\n\nThe recipe changed the accuracy by")
            .And.Contain("+12.5 points on 600 samples: better");
    }

    [Fact]
    public void Change_is_divided_among_new_samples_and_teacher()
    {
        _report.ToReport().Texts("Verdict")[1].Should().StartWith(
            "Of the change of the accuracy, +12.5 points, the new samples with known labels bring +5.0 points, and the labels of the teacher +7.5 points.");
        (_report with { Control = null }).ToReport().Texts("Verdict").Should().HaveCount(2, "without a control nothing is divided")
            .And.NotContain(text => text.Contains("known labels"));
        ExampleDistillation.Regression().ToReport().Texts("Verdict")[1].Should().StartWith(
            "Of the change of MeanSquaredError, -0.2, the new samples with known labels bring -0.1, and the labels of the teacher -0.1.");
    }

    [Fact]
    public void Each_model_has_its_accuracy_with_an_interval_and_all_metrics()
    {
        Report report = _report.ToReport();
        IntervalPlot plot = report.Blocks<IntervalPlot>("Models").Single();
        ReportTable table = report.Blocks<ReportTable>("Models").Single();

        plot.Values.Select(value => value.Name).Should().Equal(
            "plain original", "same pool, known labels", $"original by '{_report.Recipe.Name}'", "simplified model", "teacher itself");
        plot.Guide.Should().Be(_report.Plain.Accuracy);
        plot.Values[0].Value.Should().Be(0.75);

        // By hand: (p + z²/2n ± z·√(p(1 − p)/n + z²/4n²)) / (1 + z²/n) of 450 of 600.
        plot.Values[0].Interval!.Value.Low.Should().BeApproximately(0.713836, 1e-6);
        plot.Values[0].Interval!.Value.High.Should().BeApproximately(0.782983, 1e-6);
        table.Columns.Should().Equal(["model", .. _report.Plain.Metrics.Keys]);
        table.Rows[4].Skip(1).Select(cell => cell.Number).Should().Equal(_report.Teacher!.Metrics.Values.Cast<double?>());
    }

    [Fact]
    public void Classes_have_their_names_and_the_change_of_their_recall()
    {
        string[] names = [.. Enumerable.Range(0, 10).Select(label => $"class {label}")];

        Report report = _report.ToReport(classNames: names);

        report.Blocks<BarPlot>("Gains and losses").Single().Bars.Should().HaveCount(10)
            .And.ContainSingle(bar => bar.Name == "class 3").Which.Value.Should()
            .BeApproximately(_report.Final.Confusion!.Recall(3) - _report.Plain.Confusion!.Recall(3), 1e-12);
        report.Blocks<ReportTable>("Gains and losses").Single().Rows[3].Select(cell => cell.Text).Should().StartWith("class 3").And.EndWith("60");
        report.Blocks<HeatMap>("Classes").Single().Rows.Should().Equal(names);
        report.Texts("Calibration").Single().Should().Contain("the final model is");
        FluentActions.Invoking(() => _report.ToReport(classNames: ["one"])).Should().Throw<ArgumentException>().WithParameterName("classNames");
    }

    [Fact]
    public void Regression_has_no_classes_and_no_interval_of_each_model()
    {
        Report report = ExampleDistillation.Regression().ToReport();

        report.Sections.Select(section => section.Title).Should().Equal("Verdict", "Models");
        report.Texts("Verdict")[0].Should().StartWith("The recipe changed the mean squared error by -0.23");
        report.Blocks<IntervalPlot>("Models").Single().Values.Should().OnlyContain(value => value.Interval == null);
        report.Texts("Models").Single().Should().StartWith("Models of a single run have no intervals");
    }

    [Fact]
    public void Real_run_is_reported_with_its_suspects()
    {
        TensorData samples = Some.Data(samples: 40);
        using ModelDistillationResult result =
            new ModelDistillation(() => Some.Mlp(), () => Some.Mlp(hidden: 2), ExampleDistillation.Recipe, ExampleDistillation.Options)
                .Run(samples, Some.Data(samples: 30, seed: 9));

        Report report = result.ToReport("Tiny", ["a", "b", "c"], new() { Samples = samples, Count = 3, ColumnNames = ["u", "v", "w", "x", "y", "z"] });

        report.Sections.Select(section => section.Title).Should().Equal(
            "Verdict", "Models", "Gains and losses", "Classes", "Calibration", "Labeled samples", "Suspect samples");
        report.Texts("Verdict")[0].Should().Be(result.Report!.Sentence());
        ReportTable suspects = report.Blocks<ReportTable>("Suspect samples").Single();
        suspects.Rows.Select(row => row[0].Number).Should().Equal(result.Suspects.Take(3).Select(suspect => (double?)suspect.Number)).And.HaveCount(3);
        suspects.Rows[0].Skip(5).Select(cell => cell.Number).Should()
            .Equal(Close.Numbers(samples.Inputs[result.Suspects[0].Number]).Select(value => (double?)value));
        XElement.Parse(report.ToHtml()).Descendants("figure").Should().HaveCount(4);
        result.ToReport("Tiny").ToHtml().Should().Be(result.ToReport("Tiny").ToHtml());
    }

    [Fact]
    public void Run_without_test_samples_has_the_diagnosis_alone()
    {
        ModelDistillationResult Run(Recipe recipe) =>
            new ModelDistillation(() => Some.Mlp(), () => Some.Mlp(), recipe, ExampleDistillation.Options).Run(Some.Data());
        using ModelDistillationResult diagnosed = Run(ExampleDistillation.Recipe);
        using ModelDistillationResult empty = Run(Recipe.Plain);

        diagnosed.ToReport().Sections.Select(section => section.Title).Should().Equal("Labeled samples", "Suspect samples");
        FluentActions.Invoking(() => empty.ToReport()).Should().Throw<ArgumentException>().WithParameterName("result").WithMessage("*Give test samples*");
    }

    [Fact]
    public void Text_is_the_same_in_every_culture()
    {
        Func<(string, string, string)> write = () =>
        {
            Report again = _report.ToReport();
            return (again.ToHtml(), again.ToMarkdown(), again.ToJson());
        };

        Example.WithComma(write).Should().Be(write());
    }
}
