using System.Globalization;
using System.Xml.Linq;
using Distillation.Evaluation;

namespace Distillation.Reports.Tests;

public sealed class IntervalPlotTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Each_value_has_a_dot_and_an_error_bar_from_end_to_end()
    {
        XElement svg = Plot(new PlotInterval("a", 2, new Interval(1, 4)), new("b", 3, new Interval(0, 6))).Draw();

        double[][] bars = Bars(svg);
        bars.Should().HaveCount(2);
        double unit = (bars[1][1] - bars[1][0]) / 6;
        (bars[0][0] - bars[1][0]).Should().BeApproximately(unit, 0.2);
        (bars[0][1] - bars[1][0]).Should().BeApproximately(4 * unit, 0.2);
        Dots(svg).Select(dot => (dot - bars[1][0]) / unit).Should().SatisfyRespectively(
            first => first.Should().BeApproximately(2, 0.02), second => second.Should().BeApproximately(3, 0.02));
    }

    [Fact]
    public void Value_or_interval_that_is_not_finite_is_not_drawn_and_is_in_the_numbers()
    {
        IntervalPlot plot = Plot(
            new PlotInterval("a", 2, new Interval(double.NegativeInfinity, double.PositiveInfinity)), new("b", double.NaN, new Interval(0, 1)), new("c", 1));

        XElement svg = plot.Draw();

        Bars(svg).Should().BeEmpty();
        Dots(svg).Should().HaveCount(2);
        plot.Numbers().Rows.Select(row => row[2].Number).Should().Equal(double.NegativeInfinity, 0, null);
        plot.Numbers().Columns.Should().Equal("name", "gain", "from", "to");
    }

    [Theory]
    [InlineData(0.0, 1)]
    [InlineData(double.NaN, 0)]
    [InlineData(null, 0)]
    public void Guide_is_a_dashed_line_where_it_is_finite(double? guide, int lines) =>
        (Plot(new PlotInterval("a", 2)) with { Guide = guide }).Draw().Elements(Svg + "line").Count(line => line.Attribute("class")!.Value == "guide")
            .Should().Be(lines);

    [Fact]
    public void Long_names_stand_on_two_lines()
    {
        const string recipe = "distillation on strongly augmented samples";

        string[] texts = Texts(Plot(new PlotInterval(recipe, 1), new($"{recipe}, with known labels", 2)));
        string[] unbroken = Texts(Plot(new PlotInterval(new string('a', 27) + "𝛼" + new string('b', 40), 1)));

        texts.Should().ContainInOrder("distillation on strongly", "augmented samples", "distillation on strongly", "augmented samples, with kno…");
        unbroken.Should().ContainInOrder(new string('a', 27), "𝛼" + new string('b', 25) + "…");

        static string[] Texts(IntervalPlot plot) => [.. plot.Draw().Elements(Svg + "text").Select(text => text.Value)];
    }

    [Fact]
    public void Pointer_reads_name_value_and_interval() =>
        Plot(new PlotInterval("a", 2, new Interval(1, 4))).Draw().Elements(Svg + "circle").Single().Element(Svg + "title")!.Value.Should().Be("a: 2 (1 to 4)");

    [Fact]
    public void Json_has_null_where_there_is_no_interval()
    {
        Report report = new() { Title = "t", Sections = [new() { Title = "s", Blocks = [Plot(new PlotInterval("a", 2), new("b", 1, new Interval(0, 3)))] }] };

        using var json = System.Text.Json.JsonDocument.Parse(report.ToJson());
        System.Text.Json.JsonElement block = json.RootElement.GetProperty("sections")[0].GetProperty("blocks")[0];
        block.GetProperty("kind").GetString().Should().Be("intervals");
        block.GetProperty("from").ToString().Replace(" ", "", StringComparison.Ordinal).ReplaceLineEndings("").Should().Be("[null,0]");
        block.GetProperty("values")[1].GetDouble().Should().Be(1);
    }

    private static IntervalPlot Plot(params PlotInterval[] values) => new() { Title = "t", ValueLabel = "gain", Values = values };

    private static double[][] Bars(XElement svg) =>
    [
        .. svg.Elements(Svg + "line").Where(line => line.Attribute("class")!.Value.StartsWith("s ", StringComparison.Ordinal))
            .Select(line => new[] { Number(line, "x1"), Number(line, "x2") }).Where(ends => ends[0] != ends[1]),
    ];

    private static double[] Dots(XElement svg) => [.. svg.Elements(Svg + "circle").Select(dot => Number(dot, "cx"))];

    private static double Number(XElement element, string name) => double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);
}
