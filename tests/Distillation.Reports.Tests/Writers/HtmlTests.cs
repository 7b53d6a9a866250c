using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Distillation.SmallData;

namespace Distillation.Reports.Tests;

public sealed partial class HtmlTests
{
    private const string Hostile = "a<script>alert('1')</script> & \"b\" ]]> --> | \u0001 \uD800 𝛼 [red]";

    public static TheoryData<string> Kinds => [.. Reports.Keys];

    private static Dictionary<string, Func<Report>> Reports => new()
    {
        ["everything"] = () => Report.Of(Example.Full()),
        ["one epoch"] = () => Report.Of(new() { Result = Example.Result(epochs: 1) }),
        ["no epoch"] = () => Report.Of(new() { Result = Example.Result(epochs: 0) }),
        ["no validation"] = () => Report.Of(new() { Result = Example.Result(isValidated: false) }),
        ["1000 epochs"] = () => Report.Of(new() { Result = Example.Result(epochs: 1000) }),
        ["200 classes"] = () => Report.Of(new() { Result = Example.Result(), Evaluation = Example.Evaluation(classes: 200, samples: 2000) }),
        ["not finite"] = () => Report.Of(new()
        {
            Result = Example.Result(
                loss: epoch => epoch % 3 == 0 ? double.NaN : epoch % 3 == 1 ? double.PositiveInfinity : 1,
                validation: Example.Metrics(double.NaN, double.NegativeInfinity)),
        }),
        ["hostile names"] = () => Report.Of(WithHostileNames()),
        ["model distillation"] = () => ExampleDistillation.Report().ToReport(),
        ["recipe search"] = () => ExampleDistillation.Search().ToReport(),
        ["repeated runs"] = () => ExampleDistillation.Repeated().ToReport(),
        ["scattered data"] = () => ExampleDistillation.Federated().ToReport(),
        ["learning curves"] = () => new Dictionary<long, RepeatedDistillationReport> { [10] = ExampleDistillation.Repeated() }.ToReport(),
        ["images"] = () => ExampleDistillation.Diagnosis().ToReport(Hostile, [Hostile, Hostile, "c"], Samples(torch.rand(60, 3, 4, 4))),
        ["rows"] = () => ExampleDistillation.Diagnosis()
            .ToReport(Hostile, suspects: Samples(torch.full([60, 2], double.NaN)) with { ColumnNames = [Hostile, "b"] }),
        ["hostile recipe"] = () => ExampleDistillation.Report(recipe: ExampleDistillation.Recipe with { Name = Hostile }).ToReport(Hostile),
        ["no section"] = () => new() { Title = Hostile, Sections = [] },
        ["an empty section"] = () => new() { Title = "empty", Sections = [new() { Title = "nothing", Blocks = [] }] },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Page_is_well_formed(string kind) => Parse(Reports[kind]().ToHtml()).Root!.Attribute("lang")!.Value.Should().Be("en");

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Page_refers_to_nothing_outside(string kind)
    {
        string html = Reports[kind]().ToHtml();
        XDocument page = Parse(html);

        html.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal).Should().NotContainAny("http:", "https:", "url(", "@import");
        page.Descendants().Select(element => element.Name.LocalName).Should().NotIntersectWith(["script", "link", "image", "iframe", "object", "use"]);
        page.Descendants().Attributes("href").Should().NotContain(link => !link.Value.StartsWith('#'));
        page.Descendants().Attributes("src").Should().NotContain(source => !source.Value.StartsWith("data:image/png;base64,"), "images are in the page itself");
        page.Descendants().Attributes().Should().NotContain(attribute => attribute.Name.LocalName.StartsWith("on"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Only_elements_that_are_always_empty_close_themselves(string kind) =>
        SelfClosed().Matches(Reports[kind]().ToHtml()).Select(match => match.Groups[1].Value).Distinct()
            .Should().BeSubsetOf(["meta", "line", "polyline", "img"], "HTML ignores the slash of other elements and reads on");

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Links_lead_to_sections_and_ids_are_unique(string kind)
    {
        XDocument page = Parse(Reports[kind]().ToHtml());
        string[] ids = [.. page.Descendants().Attributes("id").Select(id => id.Value)];

        ids.Should().OnlyHaveUniqueItems();
        page.Descendants().Attributes("href").Select(link => link.Value[1..]).Should().BeSubsetOf(ids);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Numbers_on_the_page_have_no_more_than_four_significant_digits_or_are_whole(string kind) =>
        Parse(Reports[kind]().ToHtml()).Descendants().Where(element => element.Name.LocalName is "td" or "dd" or "text").Select(element => element.Value)
            .Where(text => LongNumber().IsMatch(text)).Should().BeEmpty();

    [Fact]
    public void Plots_and_tables_can_be_read_without_eyes()
    {
        XDocument page = Parse(Report.Of(Example.Full()).ToHtml());
        XNamespace svg = "http://www.w3.org/2000/svg";

        page.Descendants(svg + "svg").Should().HaveCountGreaterThan(5).And.AllSatisfy(plot =>
        {
            plot.Attribute("role")!.Value.Should().Be("img");
            plot.Attribute("aria-label")!.Value.Should().NotBeEmpty();
            plot.Element(svg + "title")!.Value.Should().NotBeEmpty();
            plot.Element(svg + "desc")!.Value.Should().NotBeEmpty();
            plot.Parent!.Element("details")!.Descendants("table").Should().ContainSingle("the numbers of a plot stand below it");
        });
        page.Descendants("thead").Elements("tr").Elements().Should().OnlyContain(cell => cell.Name == "th" && cell.Attribute("scope")!.Value == "col");
        page.Descendants("tbody").Elements("tr").Should().OnlyContain(row => row.Elements().First().Attribute("scope")!.Value == "row");
    }

    [Fact]
    public void Hostile_names_are_text()
    {
        XDocument page = Parse(Report.Of(WithHostileNames()).ToHtml());
        string readable = Hostile.Replace('\u0001', '\uFFFD').Replace('\uD800', '\uFFFD');

        page.Descendants("title").First().Value.Should().Contain("<script>");
        page.Descendants("h1").Single().Value.Should().Be("a<script>alert('1')</script> & \"b\" ]]> --> | \uFFFD \uFFFD 𝛼 [red]").And.Be(readable);
        page.Descendants("th").Select(cell => cell.Value).Should().Contain(readable);
    }

    [Fact]
    public void Text_is_the_same_in_every_culture()
    {
        Report report = Report.Of(Example.Full());
        Func<(string, string, string)> write = () =>
        {
            Report again = Report.Of(Example.Full());
            return (again.ToHtml(), again.ToMarkdown(), again.ToJson());
        };

        Example.WithComma(write).Should().Be((report.ToHtml(), report.ToMarkdown(), report.ToJson()));
    }

    [Fact]
    public void Long_runs_and_many_classes_stay_small()
    {
        Report.Of(new() { Result = Example.Result(epochs: 20_000) }).ToHtml().Length.Should().BeLessThan(400_000);
        Report.Of(new() { Result = Example.Result(), Evaluation = Example.Evaluation(classes: 200, samples: 2000) }).ToHtml().Length
            .Should().BeLessThan(100_000);
    }

    private static TrainingRun WithHostileNames() => new()
    {
        Title = Hostile,
        Result = Example.Result(terms: [Hostile, " "]) with { Settings = new Dictionary<string, string> { [Hostile] = Hostile } },
        Evaluation = Example.Evaluation(classes: 3, samples: 30),
        Baseline = Example.Evaluation(classes: 3, samples: 30, wrongEvery: 2),
        BaselineName = Hostile,
        ClassNames = [Hostile, "", Hostile],
        Agreement = Example.Agreement() with { Task = Hostile, Metrics = new Dictionary<string, double> { [Hostile] = 1 } },
        TeacherCost = Example.Cost(10) with { UncountedLayers = [Hostile] },
    };

    private static SampleDisplay Samples(Tensor inputs) => new() { Samples = new TensorData(inputs) };

    private static XDocument Parse(string html)
    {
        html.Should().StartWith("<!DOCTYPE html>\n");
        using var reader = XmlReader.Create(new StringReader(html), new() { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
        return XDocument.Load(reader);
    }

    [GeneratedRegex(@"<([a-z]+)( [^<>]*)?/>")]
    private static partial Regex SelfClosed();

    [GeneratedRegex(@"(?<![\w.])-?0*\.0*[1-9]\d{4,}|(?<![\w.])-?[1-9]\d*\.\d*(?<=(\d\.?){5,})(?!\.)")]
    private static partial Regex LongNumber();
}
