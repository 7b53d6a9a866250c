using System.Reflection;
using Distillation;
using Distillation.Reports;

namespace QuickStart;

/// <summary>What a job found: the same on the screen and in files.</summary>
/// <param name="Name">The name of its files.</param>
/// <param name="Title">What was done.</param>
/// <param name="Subject">On what it was measured.</param>
/// <param name="Settings">With what it can be run again.</param>
/// <param name="Tables">The figures, rounded.</param>
/// <param name="Sentences">What the figures say, and what no table holds.</param>
/// <param name="Details">Every figure as it is, for the files alone.</param>
internal sealed record Findings(
    string Name,
    string Title,
    string Subject,
    IReadOnlyDictionary<string, ReportCell> Settings,
    IReadOnlyList<ReportTable> Tables,
    IReadOnlyList<string> Sentences,
    IReadOnlyList<ReportBlock> Details)
{
    public static string Library { get; } =
        $"Distillation {typeof(Teacher).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion}";

    public Report ToReport() => new()
    {
        Title = Title,
        Sections =
        [
            new() { Title = "Result", Blocks = [.. Texts(Subject), .. Tables, .. Sentences.SelectMany(Texts)] },
            new() { Title = "Figures", Blocks = Details },
            new()
            {
                Title = "Settings",
                Blocks =
                [
                    new ReportTable(
                        ["setting", "value"],
                        Settings.Append(new("library", Library)).Select(setting => (IReadOnlyList<ReportCell>)[setting.Key, setting.Value])),
                ],
            },
        ],
    };

    private static IEnumerable<ReportText> Texts(string lines) => lines.ReplaceLineEndings("\n")
        .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(line => new ReportText { Text = line });
}
