using System.Globalization;
using System.Xml.Linq;

namespace Distillation.Reports;

/// <summary>Writes a report as one HTML document that is well-formed XML too, so that no text can be taken for a tag.</summary>
internal sealed class HtmlWriter : IBlockWriter
{
    // A table with longer cells, longer titles or more columns needs the width of the page.
    private const int LongCell = 32;
    private const int LongTitles = 46;
    private const int MostColumns = 5;

    private readonly XElement _blocks = new("div", new XAttribute("class", "blocks"));

    private HtmlWriter()
    {
    }

    public static string Write(string title, IReadOnlyList<ReportSection> sections)
    {
        var html = new XElement(
            "html",
            new XAttribute("lang", "en"),
            new XElement(
                "head",
                new XElement("meta", new XAttribute("charset", "utf-8")),
                Meta("viewport", "width=device-width, initial-scale=1"),
                Meta("color-scheme", "light dark"),
                new XElement("title", Printable.Of(title)),
                new XElement("style", PageStyle.Sheet)),
            new XElement(
                "body",
                new XElement(
                    "main",
                    new XElement("h1", Printable.Of(title)),
                    sections.Count > 1 ? Contents(sections) : null,
                    sections.Index().Select(section => Section(section.Item, Id(section.Index))))));
        return $"<!DOCTYPE html>\n{html.ToString(SaveOptions.DisableFormatting)}\n";
    }

    public void Write(ReportText text) => Add("wide", new XElement("p", Printable.Of(text.Text)));

    public void Write(ReportFacts facts) => Add("wide", new XElement(
        "dl",
        new XAttribute("class", "facts"),
        facts.Values.Select(fact => new XElement("div", new XElement("dt", Printable.Of(fact.Key)), new XElement("dd", Printable.Of(fact.Value.Text))))));

    public void Write(ReportTable table)
    {
        bool isLong = table.Rows.Any(row => row.Any(cell => cell.Text.Length > LongCell));
        bool isWide = isLong || table.Columns.Count > MostColumns || table.Columns.Sum(column => column.Length) > LongTitles;
        XElement shown = Table(table, table.Title, isLong);
        Add(isWide ? "wide" : "", table.Title.Length > 0 ? new XElement("h3", Printable.Of(table.Title)) : null, shown);
    }

    public void Write(IPlot plot) => _blocks.Add(new XElement(
        "figure",
        new XAttribute("class", "block"),
        new XElement("figcaption", Printable.Of(plot.Title)),
        plot.Draw(),
        new XElement("details", new XElement("summary", "Numbers"), Table(plot.Numbers(), plot.Title, isLong: false))));

    public void Write(ReportImages images) => Add(
        "wide",
        new XElement("h3", Printable.Of(images.Title)),
        new XElement("p", Printable.Of(images.Note)),
        new XElement("ul", new XAttribute("class", "images"), images.Images.Select(Image), ""));

    private static XElement Image(ReportImage image) => new(
        "li",
        new XElement(
            "img",
            new XAttribute("src", $"data:image/png;base64,{Convert.ToBase64String(image.Png)}"),
            new XAttribute("width", image.Width),
            new XAttribute("height", image.Height),
            new XAttribute("alt", "")),
        new XElement("span", Printable.Of(image.Caption)));

    private static string Id(int section) => string.Create(CultureInfo.InvariantCulture, $"section-{section + 1}");

    private static XElement Meta(string name, string content) => new("meta", new XAttribute("name", name), new XAttribute("content", content));

    private static XElement Contents(IReadOnlyList<ReportSection> sections) => new(
        "nav",
        new XAttribute("aria-label", "Sections"),
        new XElement("ul", sections.Index().Select(section =>
            new XElement("li", new XElement("a", new XAttribute("href", $"#{Id(section.Index)}"), Printable.Of(section.Item.Title))))));

    private static XElement Section(ReportSection section, string id)
    {
        var writer = new HtmlWriter();
        foreach (ReportBlock block in section.Blocks)
        {
            block.Accept(writer);
        }

        // An empty text keeps the closing tag, without which HTML reads on.
        writer._blocks.Add("");
        return new("section", new XAttribute("id", id), new XElement("h2", Printable.Of(section.Title)), writer._blocks);
    }

    private static XElement Table(ReportTable table, string title, bool isLong)
    {
        // A few texts among numbers, such as a time, stand in line with the numbers.
        bool[] isNumeric = [.. table.Columns.Index().Select(column =>
            table.Rows.Count(row => row[column.Index].Number is not null) > table.Rows.Count(row => row[column.Index] is { Number: null, Text.Length: > 0 }))];
        return new(
            "div",
            new XAttribute("class", isLong ? "scroll long" : "scroll"),
            new XAttribute("role", "region"),
            new XAttribute("tabindex", "0"),
            new XAttribute("aria-label", Printable.Of(title.Length > 0 ? title : table.Columns[0])),
            new XElement(
                "table",
                new XElement("thead", new XElement("tr", table.Columns.Index().Select(column => Cell("th", column.Item, isNumeric[column.Index], "col")))),
                new XElement("tbody", table.Rows.Select(row => new XElement("tr", row.Index().Select(cell =>
                    Cell(cell.Index == 0 ? "th" : "td", cell.Item.Text, isNumeric[cell.Index] && cell.Index > 0, cell.Index == 0 ? "row" : null)))), "")));
    }

    private static XElement Cell(string element, string text, bool isNumeric, string? scope) => new(
        element,
        scope is null ? null : new XAttribute("scope", scope),
        isNumeric ? new XAttribute("class", "n") : null,
        Printable.Of(text));

    private void Add(string style, params XElement?[] content) =>
        _blocks.Add(new XElement("div", new XAttribute("class", style.Length > 0 ? $"block {style}" : "block"), content));
}
