using System.Text.Json;
using System.Xml.Linq;
using Distillation.Evaluation;
using Distillation.SmallData;

namespace Distillation.Reports.Tests;

public sealed class SuspectsTests : IDisposable
{
    private const string Section = "Suspect samples";

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly DataDiagnosis _diagnosis = ExampleDistillation.Diagnosis();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Diagnosis_is_reported_with_hard_classes_and_suspects()
    {
        Report report = _diagnosis.ToReport("Labels", ["a", "b", "c"]);

        report.Sections.Select(section => section.Title).Should().Equal("Labeled samples", Section, "Classes", "Calibration");
        _diagnosis.Describe().Should().StartWith(report.Texts("Labeled samples").Single());
        report.Blocks<ReportTable>("Labeled samples").Single().Rows[0].Select(cell => cell.Text).Should().Equal("a", "20", "5", "0.25", "0.7");
        report.Texts(Section).Single().Should().StartWith("3 of 60 labels are contradicted and unlikely. ");
    }

    [Fact]
    public void Suspects_have_rows_with_label_prediction_probability_and_loss()
    {
        ReportTable table = _diagnosis.ToReport(classNames: ["a", "b", "c"]).Blocks<ReportTable>(Section).Single();

        table.Columns.Should().Equal("sample", "label", "predicted", "probability of the label", "loss");
        table.Rows.Select(row => string.Join(' ', row.Select(cell => cell.Text))).Should()
            .Equal("5 c a 0 Infinity", "2 c b 0.03123 3.466", "11 a b 0.09 2.408");
    }

    [Fact]
    public void Images_decode_to_the_pixels_of_the_suspects()
    {
        Tensor inputs = torch.arange(60 * 6, torch.ScalarType.Float32).view(60, 1, 2, 3);

        Report report = _diagnosis.ToReport(suspects: Display(inputs) with { Count = 2 });

        // Sample 5 has the numbers 30 to 35, sample 2 those from 12 to 17: 23 steps of the range.
        byte[][] pixels = [.. Images(report).Select(image => DecodedPng.Of(image).Pixels)];
        pixels.Should().SatisfyRespectively(
            first => first.Should().Equal(Enumerable.Range(18, 6).Select(step => (byte)Math.Round(255 * step / 23.0))),
            second => second.Should().Equal(Enumerable.Range(0, 6).Select(step => (byte)Math.Round(255 * step / 23.0))));
        report.Texts(Section).Single().Should().Contain("; shown are the 2 least likely.");
        report.ToHtml().Should().Contain("Black is 12, white 35: the smallest and the largest number of these images.");
    }

    [Fact]
    public void Range_of_pixels_can_be_given()
    {
        Tensor inputs = torch.full([60, 3, 1, 1], 0.2f);

        Report report = _diagnosis.ToReport(suspects: Display(inputs) with { PixelRange = new(0, 1) });

        Images(report).Select(image => DecodedPng.Of(image)).Should().HaveCount(3).And.OnlyContain(image => image.Channels == 3)
            .And.OnlyContain(image => image.Pixels.All(level => level == 51));
        report.ToHtml().Should().Contain("Black is 0, white 1: numbers beyond are black or white too.");
    }

    [Fact]
    public void Html_and_json_have_the_same_images_and_markdown_has_the_table()
    {
        Report report = _diagnosis.ToReport(suspects: Display(torch.rand(60, 1, 4, 4)));

        XElement[] items = [.. XElement.Parse(report.ToHtml()).Descendants("ul").Single(list => list.Attribute("class")?.Value == "images").Elements()];
        using var json = JsonDocument.Parse(report.ToJson());
        JsonElement images = json.RootElement.GetProperty("sections")[1].GetProperty("blocks")[1];
        images.GetProperty("kind").GetString().Should().Be("images");
        images.GetProperty("images").EnumerateArray().Select(image => image.GetProperty("png").GetBytesFromBase64()).Should().BeEquivalentTo(Images(report));
        items.Select(item => item.Element("span")!.Value).Should().Equal(
            "5: 2 (0), predicted 0", "2: 2 (0.03123), predicted 1", "11: 0 (0.09), predicted 1");
        report.ToMarkdown().Should().Contain("| 5 | 2 | 0 | 0 | Infinity |").And.NotContain("png");
    }

    [Fact]
    public void Rows_of_a_table_stand_behind_the_suspects()
    {
        Tensor inputs = torch.arange(120, torch.ScalarType.Float32).view(60, 2);

        ReportTable named = Table(Display(inputs) with { ColumnNames = ["age", "<b>"] });
        ReportTable unnamed = Table(Display(inputs));

        named.Columns.Should().EndWith(["age", "<b>"]);
        unnamed.Columns.Should().EndWith(["x0", "x1"]);
        named.Rows.Select(row => (row[5].Number, row[6].Number)).Should().Equal((10, 11), (4, 5), (22, 23));
    }

    [Fact]
    public void Of_many_columns_the_first_are_shown()
    {
        SampleDisplay display = Display(torch.arange(30_000, torch.ScalarType.Float32).view(500, 60).t());

        Table(display).Columns.Should().HaveCount(5 + 32).And.EndWith("x31");
        Table(display).Rows[0].TakeLast(2).Select(cell => cell.Number).Should().Equal(5 + (30 * 60), 5 + (31 * 60));
        _diagnosis.ToReport(suspects: display).Texts(Section).Single().Should().EndWith("Of 500 columns the first 32 are shown.");
    }

    [Fact]
    public void Diagnosis_without_suspects_names_none() =>
        (_diagnosis with { Suspects = [] }).ToReport(suspects: Display(torch.zeros(60, 2))).Blocks(Section).Should().ContainSingle()
            .Which.Should().BeOfType<ReportText>().Which.Text.Should().Be("No label is contradicted and unlikely.");

    [Fact]
    public void Samples_of_another_order_are_refused()
    {
        var right = new TensorData(torch.zeros(60, 2), torch.tensor([.. Enumerable.Range(0, 60).Select(i => i == 11 ? 0L : 2L)]));
        var wrong = new TensorData(torch.zeros(60, 2), torch.ones(60, torch.ScalarType.Int64));

        Table(new() { Samples = right }).Rows.Should().HaveCount(3);
        FluentActions.Invoking(() => Table(new() { Samples = wrong })).Should().Throw<ArgumentException>()
            .WithMessage("*sample 5 has the label 1 and not 2*");
        FluentActions.Invoking(() => Table(Display(torch.zeros(11, 2)))).Should().Throw<ArgumentException>().WithMessage("*a sample 11, but are 11*");
    }

    [Fact]
    public void Inputs_that_are_neither_images_nor_rows_and_options_of_the_other_are_refused()
    {
        FluentActions.Invoking(() => Table(Display(torch.zeros(60, 2, 4, 4)))).Should().Throw<ArgumentException>().WithMessage("*but are [3, 2, 4, 4]*");
        FluentActions.Invoking(() => Table(Display(torch.zeros(60, 2)) with { ColumnNames = ["one"] })).Should().Throw<ArgumentException>()
            .WithMessage("ColumnNames must have a name for each column*");
        FluentActions.Invoking(() => Table(Display(torch.zeros(60, 1, 4, 4)) with { ColumnNames = ["one"] })).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => Table(Display(torch.zeros(60, 2)) with { PixelRange = new(0, 1) })).Should().Throw<ArgumentException>()
            .WithMessage("PixelRange is that of images*");
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 0)]
    [InlineData(double.NaN, 1)]
    [InlineData(0, double.PositiveInfinity)]
    public void Range_of_pixels_must_have_a_width(double low, double high) =>
        FluentActions.Invoking(() => Display(torch.zeros(1, 1)) with { PixelRange = new Interval(low, high) }).Should()
            .Throw<ArgumentOutOfRangeException>().WithParameterName("PixelRange");

    [Fact]
    public void Number_of_suspects_must_be_positive() =>
        FluentActions.Invoking(() => Display(torch.zeros(1, 1)) with { Count = 0 }).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Count");

    [Fact]
    public void No_tensor_is_left()
    {
        SampleDisplay images = Display(torch.rand(60, 3, 4, 4)), rows = Display(torch.rand(60, 2));

        Leak.None(() =>
        {
            _diagnosis.ToReport(suspects: images);
            _diagnosis.ToReport(suspects: rows);
        });
    }

    private static SampleDisplay Display(Tensor inputs) => new() { Samples = new TensorData(inputs) };

    private static IEnumerable<byte[]> Images(Report report) => report.Blocks<ReportImages>(Section).Single().Images.Select(image => image.Png);

    private ReportTable Table(SampleDisplay display) => _diagnosis.ToReport(suspects: display).Blocks<ReportTable>(Section).Single();
}
