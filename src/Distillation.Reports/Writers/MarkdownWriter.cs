using System.Text;

namespace Distillation.Reports;

/// <summary>Writes a report as Markdown with the tables of GitHub.</summary>
internal sealed class MarkdownWriter : IBlockWriter
{
    // What Markdown, or the HTML within it, gives a meaning in the middle of a line.
    private const string Special = "\\`*_[]<>|#~&!";

    private readonly StringBuilder _text = new();

    public static string Write(string title, IEnumerable<ReportSection> sections)
    {
        var writer = new MarkdownWriter();
        writer._text.Append("# ").Append(Escaped(title)).Append('\n');
        foreach (ReportSection section in sections)
        {
            writer._text.Append("\n## ").Append(Escaped(section.Title)).Append('\n');
            foreach (ReportBlock block in section.Blocks)
            {
                block.Accept(writer);
            }
        }

        return writer._text.ToString();
    }

    public void Write(ReportText text) => _text.Append('\n').Append(Paragraph(text.Text)).Append('\n');

    public void Write(ReportFacts facts) => Write(new ReportTable(["", ""], facts.Values.Select(fact => (IReadOnlyList<ReportCell>)[fact.Key, fact.Value])));

    public void Write(ReportTable table)
    {
        if (table.Title.Length > 0)
        {
            _text.Append("\n### ").Append(Escaped(table.Title)).Append('\n');
        }

        _text.Append('\n');
        Row(table.Columns.Select(Escaped));
        Row(table.Columns.Index().Select(column => table.Rows.Count > 0 && table.Rows.All(row => row[column.Index].Number is not null) ? "---:" : "---"));
        foreach (IReadOnlyList<ReportCell> row in table.Rows)
        {
            Row(row.Select(cell => Escaped(cell.Text)));
        }
    }

    public void Write(IPlot plot) => Write(plot.Numbers() with { Title = plot.Title });

    // Hosts of Markdown show no image that is in the text itself.
    public void Write(ReportImages images)
    {
    }

    private void Row(IEnumerable<string> cells) => _text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");

    private static string Paragraph(string text)
    {
        string escaped = Escaped(text);

        // A number or a sign at the beginning of a line begins a list.
        int digits = escaped.TakeWhile(char.IsAsciiDigit).Count();
        bool isItem = escaped[0] is '-' or '+' or '=' || (digits > 0 && digits < escaped.Length && escaped[digits] is '.' or ')');
        return isItem ? escaped.Insert(digits, "\\") : escaped;
    }

    private static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (char letter in Printable.Of(text))
        {
            if (letter is '\n' or '\r' or '\t')
            {
                escaped.Append(' ');
                continue;
            }

            if (Special.Contains(letter, StringComparison.Ordinal))
            {
                escaped.Append('\\');
            }

            escaped.Append(letter);
        }

        return escaped.ToString();
    }
}
