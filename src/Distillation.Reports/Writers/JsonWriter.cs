using System.Text;
using System.Text.Json;

namespace Distillation.Reports;

/// <summary>Writes a report as JSON: title, sections, blocks.</summary>
internal sealed class JsonWriter : IBlockWriter
{
    private readonly Utf8JsonWriter _json;

    private JsonWriter(Utf8JsonWriter json) => _json = json;

    public static string Write(string title, IEnumerable<ReportSection> sections)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new() { Indented = true, NewLine = "\n" }))
        {
            var writer = new JsonWriter(json);
            json.WriteStartObject();
            json.WriteString("title", Printable.Of(title));
            json.WriteStartArray("sections");
            foreach (ReportSection section in sections)
            {
                json.WriteStartObject();
                json.WriteString("title", Printable.Of(section.Title));
                json.WriteStartArray("blocks");
                foreach (ReportBlock block in section.Blocks)
                {
                    json.WriteStartObject();
                    block.Accept(writer);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    public void Write(ReportText text)
    {
        _json.WriteString("kind", "text");
        _json.WriteString("text", Printable.Of(text.Text));
    }

    public void Write(ReportFacts facts)
    {
        _json.WriteString("kind", "facts");
        Rows("values", facts.Values.Select(fact => (IReadOnlyList<ReportCell>)[fact.Key, fact.Value]));
    }

    public void Write(ReportTable table)
    {
        _json.WriteString("kind", "table");
        _json.WriteString("title", Printable.Of(table.Title));
        JsonNumbers.Write(_json, "columns", table.Columns);
        Rows("rows", table.Rows);
    }

    public void Write(IPlot plot)
    {
        _json.WriteString("title", Printable.Of(plot.Title));
        plot.WriteMembers(_json);
    }

    public void Write(ReportImages images)
    {
        _json.WriteString("kind", "images");
        _json.WriteString("title", Printable.Of(images.Title));
        _json.WriteString("note", Printable.Of(images.Note));
        _json.WriteStartArray("images");
        foreach (ReportImage image in images.Images)
        {
            _json.WriteStartObject();
            _json.WriteString("caption", Printable.Of(image.Caption));
            _json.WriteBase64String("png", image.Png);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void Rows(string name, IEnumerable<IReadOnlyList<ReportCell>> rows)
    {
        _json.WriteStartArray(name);
        foreach (IReadOnlyList<ReportCell> row in rows)
        {
            _json.WriteStartArray();
            foreach (ReportCell cell in row)
            {
                Write(cell);
            }

            _json.WriteEndArray();
        }

        _json.WriteEndArray();
    }

    private void Write(ReportCell cell)
    {
        if (cell.Count is { } count)
        {
            _json.WriteNumberValue(count);
        }
        else if (cell.Number is { } number)
        {
            JsonNumbers.Write(_json, number);
        }
        else
        {
            _json.WriteStringValue(Printable.Of(cell.Text));
        }
    }
}
