using System.Xml.Linq;
using Distillation.Evaluation;

namespace Distillation.Reports.Tests;

public sealed class PlotTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    public static TheoryData<string> Plots => [.. All.Keys];

    private static Dictionary<string, ReportPlot> All => new()
    {
        ["lines"] = Lines(1, 2, 3),
        ["no lines"] = new LinePlot { Title = "t", Series = [] },
        ["no points"] = Lines(),
        ["one point"] = Lines(4),
        ["nothing finite"] = Lines(double.NaN, double.PositiveInfinity),
        ["extremes"] = Lines(double.MaxValue, double.MinValue, double.Epsilon, 0, -0.0),
        ["a logarithm of nothing positive"] = Lines(0, -1) with { LogY = true },
        ["points"] = Scatter((1, 2), (3, 4)),
        ["no groups"] = new ScatterPlot { Title = "t", Groups = [], Front = ParetoFront.SmallXLargeY },
        ["points that are not finite"] = Scatter((double.NaN, 1), (1, double.PositiveInfinity)) with { LogX = true },
        ["lines with intervals"] = WithInterval(new(0, 3)),
        ["lines with an interval that is not finite"] = WithInterval(new(double.NaN, 3)) with { LogX = true, LogY = true },
        ["intervals"] = new IntervalPlot { Title = "t", Guide = 0, Values = [new("a", 1, new Interval(-1, 2)), new("b", double.NaN), default] },
        ["no intervals"] = new IntervalPlot { Title = "t", Values = [] },
        ["bars"] = new BarPlot { Title = "t", Bars = [new("a", 1), new("b", -2), new("c", double.NaN), default] },
        ["no bars"] = new BarPlot { Title = "t", Bars = [] },
        ["heat map"] = new HeatMap(["a", "b"], ["a", "a long name"], [[1, 0], [0, 0]]) { Title = "t" },
        ["heat map without rows"] = new HeatMap([], ["a"], []) { Title = "t" },
        ["reliability"] = new ReliabilityDiagram { Title = "t", Bins = [Bin(0, 0, 0), Bin(10, 0.5, 0.75)] },
        ["no bins"] = new ReliabilityDiagram { Title = "t", Bins = [] },
    };

    [Theory]
    [MemberData(nameof(Plots))]
    public void Image_is_well_formed_and_inside_its_box(string name)
    {
        var svg = XElement.Parse(All[name].ToSvg());
        double[] box = [.. svg.Attribute("viewBox")!.Value.Split(' ').Select(Number)];
        string[] lengths = ["x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "width", "height"];

        svg.Name.Should().Be(Svg + "svg");
        svg.Descendants().SelectMany(element => element.Attributes()).Where(attribute => lengths.Contains(attribute.Name.LocalName))
            .Select(attribute => Number(attribute.Value)).Should().OnlyContain(length => length >= 0 && length <= Math.Max(box[2], box[3]));
    }

    [Theory]
    [MemberData(nameof(Plots))]
    public void Image_is_the_same_in_every_culture(string name) => Example.WithComma(All[name].ToSvg).Should().Be(All[name].ToSvg());

    [Fact]
    public void Line_has_a_gap_where_a_number_is_not_finite()
    {
        XElement svg = Lines(1, 2, double.NaN, 3, 2, double.PositiveInfinity, 4).Draw();

        svg.Elements(Svg + "polyline").Select(line => line.Attribute("points")!.Value.Split(' ').Length).Should().Equal(2, 2, 1);
        svg.Elements(Svg + "circle").Should().HaveCount(5);
    }

    [Fact]
    public void Long_line_is_thinned_out_and_keeps_its_peaks()
    {
        LinePlot plot = Lines([.. Enumerable.Range(0, 50_000).Select(i => i == 31_234 ? 100 : i % 7 / 7.0)]);

        string[] points = plot.Draw().Elements(Svg + "polyline").Single().Attribute("points")!.Value.Split(' ');

        points.Length.Should().BeInRange(1000, 2002);
        points.Min(point => Number(point.Split(',')[1])).Should().BeLessThan(40, "that is the place of the peak");
        plot.Numbers().Rows.Should().HaveCount(40);
        plot.Numbers().Rows[^1][0].Number.Should().Be(49_999);
    }

    [Theory]
    [InlineData(0.5, 290)]
    [InlineData(0.0001, 318)]
    public void Names_that_would_cover_each_other_stand_in_a_legend_below(double distance, double height)
    {
        var plot = new ScatterPlot
        {
            Title = "t",
            Groups =
            [
                new() { Name = "first one", Points = [new(1, 0.5)] },
                new() { Name = "second one", Points = [new(1, 0.5 + distance)] },
                new() { Name = "third one", Points = [new(3, 2)] },
            ],
        };

        XElement svg = plot.Draw();

        Number(svg.Attribute("viewBox")!.Value.Split(' ')[3]).Should().Be(height);
        svg.Elements(Svg + "text").Select(text => text.Value).Should().Contain(["first one", "second one", "third one"]);
    }

    [Fact]
    public void Several_lines_have_a_legend_and_one_has_none()
    {
        LinePlot one = Lines(1, 2);
        LinePlot several = one with { Series = [.. Enumerable.Range(0, 9).Select(i => one.Series[0] with { Name = $"series {i}" })] };

        one.Draw().Elements(Svg + "text").Should().NotContain(text => text.Value == "series");
        several.Draw().Elements(Svg + "text").Select(text => text.Value).Should().Contain(Enumerable.Range(0, 9).Select(i => $"series {i}"));
    }

    [Fact]
    public void Pareto_front_has_the_points_that_no_other_beats()
    {
        ScatterPlot plot = Scatter((1, 5), (2, 4), (2, 7), (3, 7), (4, 9), (double.NaN, 100)) with { Front = ParetoFront.SmallXLargeY };

        Best(plot).Should().Equal("yes", "no", "yes", "no", "yes", "no");
        Best(plot with { Front = ParetoFront.SmallXSmallY }).Should().Equal("yes", "yes", "no", "no", "no", "no");
        plot.Numbers().Columns.Should().Equal("name", "x", "y", "not beaten");

        static IEnumerable<string> Best(ScatterPlot plot) => plot.Numbers().Rows.Select(row => row[3].Text);
    }

    [Fact]
    public void Reliability_bins_without_rows_have_no_bar() =>
        All["reliability"].Draw().Elements(Svg + "rect").Should().ContainSingle()
            .Which.Element(Svg + "title")!.Value.Should().Be("0.5 to 1: 10 rows, accuracy 0.5, confidence 0.75");

    [Fact]
    public void Heat_maps_refuse_what_is_not_a_matrix()
    {
        FluentActions.Invoking(() => Map([[1], [2]])).Should().Throw<ArgumentException>().WithParameterName("values");
        FluentActions.Invoking(() => Map([[1, 2]])).Should().Throw<ArgumentException>().WithParameterName("values");
        FluentActions.Invoking(() => Map([[1, -1], [1, 1]])).Should().Throw<ArgumentException>().WithParameterName("values");
        FluentActions.Invoking(() => Map([[1, double.NaN], [1, 1]])).Should().Throw<ArgumentException>().WithParameterName("values");
        FluentActions.Invoking(() => new HeatMap([], [], []) { Title = "t" }).Should().Throw<ArgumentException>().WithParameterName("columns");

        static HeatMap Map(double[][] values) => new(["a", "b"], ["c", "d"], values) { Title = "t" };
    }

    [Fact]
    public void Titles_are_required() =>
        FluentActions.Invoking(() => new LinePlot { Title = "", Series = [] }).Should().Throw<ArgumentException>().WithParameterName("Title");

    private static LinePlot Lines(params double[] values) =>
        new() { Title = "t", XLabel = "epoch", Series = [new() { Name = "series", Points = [.. values.Select((value, i) => new PlotPoint(i, value))] }] };

    private static LinePlot WithInterval(Interval interval) =>
        new() { Title = "t", Series = [new() { Name = "series", Points = [new PlotPoint(1, 2) { Interval = interval }, new(2, 1)] }] };

    private static ScatterPlot Scatter(params (double X, double Y)[] points) =>
        new() { Title = "t", Groups = [.. points.Select((point, i) => new PlotSeries { Name = $"model {i}", Points = [new(point.X, point.Y)] })] };

    private static ReliabilityBin Bin(long rows, double accuracy, double confidence) => new() { Rows = rows, Accuracy = accuracy, Confidence = confidence };

    private static double Number(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
