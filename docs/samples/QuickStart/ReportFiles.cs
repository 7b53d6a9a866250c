using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Distillation;

namespace QuickStart;

/// <summary>Writes a report as Markdown, to be read, and as JSON, with every figure in full.</summary>
internal static class ReportFiles
{
    // A likelihood can be infinite, and then stands there by name; quotes and signs stand as they are, for no browser reads this.
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static string Library { get; } =
        $"Distillation {typeof(Teacher).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion}";

    public static void Write(string directory, Report report)
    {
        string path = Path.Combine(directory, report.Name);
        WholeFile.Write($"{path}.md", draft => File.WriteAllText(draft, ToMarkdown(report)));
        WholeFile.Write($"{path}.json", draft => File.WriteAllText(draft, ToJson(report)));
    }

    public static string ToMarkdown(Report report)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {report.Title}\n\n{report.Subject}\n\n");
        text.Append(string.Join(
            ", ", report.Settings.Select(setting => string.Create(CultureInfo.InvariantCulture, $"{setting.Key}: {setting.Value}")).Append(Library)))
            .Append('\n');
        foreach (ReportTable table in report.Tables)
        {
            text.Append('\n').Append(Row(table.Rows[0]));
            text.Append('|').Append(string.Concat(table.Rows[0].Select((_, column) => column == 0 ? "---|" : "--:|"))).Append('\n');
            text.AppendJoin("", table.Rows.Skip(1).Select(Row));
        }

        // Two spaces at the end of a line are a line break.
        return text.Append('\n')
            .AppendJoin("  \n", report.Sentences.SelectMany(sentence => sentence.ReplaceLineEndings("\n").Split('\n')))
            .Append('\n')
            .ToString();
    }

    public static string ToJson(Report report) =>
        JsonSerializer.Serialize(new { report.Title, report.Subject, Library, report.Settings, report.Results, report.Sentences }, Json);

    private static string Row(IReadOnlyList<string> cells) =>
        $"| {string.Join(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))} |\n";
}
