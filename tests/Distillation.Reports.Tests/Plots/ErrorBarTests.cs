using System.Globalization;
using System.Xml.Linq;

namespace Distillation.Reports.Tests;

public sealed class ErrorBarTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Points_of_a_scatter_plot_have_error_bars()
    {
        var plot = new ScatterPlot { Title = "t", LogX = true, Groups = [Series("a", (100, 1, 0.5, 1.5)), Series("b", (1000, 2, 1, 3))] };

        Bars(plot.Draw()).Should().HaveCount(2).And.OnlyContain(bar => bar.From > bar.To, "a larger number stands above a smaller one");
        plot.Numbers().Columns.Should().Equal("name", "x", "y", "from", "to");
        plot.Numbers().Rows[1].Select(cell => cell.Number).Should().Equal(null, 1000, 2, 1, 3);
        (plot with { Front = ParetoFront.SmallXLargeY }).Numbers().Columns.Should().Equal("name", "x", "y", "from", "to", "not beaten");
    }

    [Fact]
    public void Axis_has_room_for_the_ends()
    {
        XElement svg = new ScatterPlot { Title = "t", Groups = [Series("a", (1, 1, -10, 10))] }.Draw();
        double height = double.Parse(svg.Attribute("viewBox")!.Value.Split(' ')[3], CultureInfo.InvariantCulture);

        Bars(svg).Should().ContainSingle().Which.Should().Match<(double X, double From, double To)>(bar => bar.To > 0 && bar.From < height);
    }

    [Fact]
    public void Lines_with_error_bars_stand_beside_each_other()
    {
        LinePlot one = new() { Title = "t", XLabel = "labels", LogX = true, Series = [Series("a", (100, 1, 0.5, 1.5), (200, 2, 1, 3))] };
        LinePlot two = one with { Series = [one.Series[0], Series("b", (100, 1, 0.5, 1.5), (200, 2, 1, 3))] };

        double[] alone = [.. Bars(one.Draw()).Select(bar => bar.X)];
        double[] beside = [.. Bars(two.Draw()).Select(bar => bar.X)];

        beside.Zip([.. alone, .. alone], (moved, place) => moved - place).Should().SatisfyRespectively(
            first => first.Should().BeApproximately(-2.5, 0.11),
            second => second.Should().BeApproximately(-2.5, 0.11),
            third => third.Should().BeApproximately(2.5, 0.11),
            fourth => fourth.Should().BeApproximately(2.5, 0.11));
        two.Numbers().Columns.Should().Equal("labels", "a", "a, from", "a, to", "b", "b, from", "b, to");
        two.Numbers().Rows[1].Select(cell => cell.Number).Should().Equal(200, 2, 1, 3, 2, 1, 3);
    }

    [Fact]
    public void Equal_ratios_are_equally_long_on_a_logarithmic_axis_of_lines()
    {
        double[] places = [.. Bars(new LinePlot { Title = "t", LogX = true, Series = [Series("a", (100, 1, 0, 2), (200, 1, 0, 2), (400, 1, 0, 2))] }.Draw())
            .Select(bar => bar.X)];

        (places[1] - places[0]).Should().BeApproximately(places[2] - places[1], 0.2);
    }

    [Fact]
    public void Interval_that_is_not_finite_is_not_drawn_and_its_point_is()
    {
        XElement svg = new LinePlot
        {
            Title = "t",
            Series = [Series("a", (1, 1, double.NegativeInfinity, double.PositiveInfinity), (2, 2, 1, 3))],
        }.Draw();

        Bars(svg).Should().ContainSingle();
        svg.Elements(Svg + "circle").Should().HaveCount(2);
    }

    [Fact]
    public void Points_without_intervals_have_none_in_json()
    {
        ScatterPlot without = new() { Title = "t", Groups = [new() { Name = "a", Points = [new(1, 2)] }] };
        ScatterPlot with = without with { Groups = [Series("a", (1, 2, 1, 3))] };

        Json(without).Should().NotContain("from");
        Json(with).Should().Contain("\"from\"").And.Contain("\"to\"");

        static string Json(ReportPlot plot) => new Report { Title = "t", Sections = [new() { Title = "s", Blocks = [plot] }] }.ToJson();
    }

    private static PlotSeries Series(string name, params (double X, double Y, double Low, double High)[] points) =>
        new() { Name = name, Points = [.. points.Select(point => new PlotPoint(point.X, point.Y) { Interval = new(point.Low, point.High) })] };

    // The vertical lines of series; the strokes across the ends are horizontal.
    private static (double X, double From, double To)[] Bars(XElement svg) =>
    [
        .. svg.Elements(Svg + "line").Where(line => line.Attribute("class")!.Value.StartsWith("s ", StringComparison.Ordinal))
            .Select(line => (Number(line, "x1"), Number(line, "y1"), Number(line, "y2")))
            .Where(line => line.Item2 != line.Item3),
    ];

    private static double Number(XElement element, string name) => double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);
}
