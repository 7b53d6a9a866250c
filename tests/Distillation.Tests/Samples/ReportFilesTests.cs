using System.Text.Json;
using QuickStart;

namespace Distillation.Tests.Samples;

public sealed class ReportFilesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory().FullName;
    private readonly Report _report = new(
        "small-data",
        "Small data",
        "two | images",
        new Dictionary<string, object> { ["labels"] = 200, ["share"] = 0.5 },
        [new([["model", "NLL"], ["a|b", "0.500"]])],
        ["first\nsecond", "third"],
        new { Likelihood = new Spread([double.PositiveInfinity, 1]) });

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Report_is_two_files_and_nothing_else()
    {
        File.WriteAllText(Path.Combine(_directory, "small-data.md"), "what was there before");

        ReportFiles.Write(_directory, _report);

        Directory.GetFiles(_directory).Select(Path.GetFileName).Should().BeEquivalentTo("small-data.md", "small-data.json");
        File.ReadAllText(Path.Combine(_directory, "small-data.md")).Should().Be(ReportFiles.ToMarkdown(_report));
    }

    [Fact]
    public void Markdown_has_title_settings_table_and_sentences() => ReportFiles.ToMarkdown(_report).Should().Be(
        $"""
        # Small data

        two | images

        labels: 200, share: 0.5, {ReportFiles.Library}

        | model | NLL |
        |---|--:|
        | a\|b | 0.500 |

        first{"  "}
        second{"  "}
        third

        """.ReplaceLineEndings("\n"));

    [Fact]
    public void Json_is_read_when_a_figure_is_not_finite()
    {
        using var json = JsonDocument.Parse(ReportFiles.ToJson(_report));

        JsonElement likelihood = json.RootElement.GetProperty("results").GetProperty("likelihood");
        likelihood.GetProperty("mean").GetString().Should().Be("Infinity");
        likelihood.GetProperty("standardDeviation").GetString().Should().Be("NaN");
        likelihood.GetProperty("values")[1].GetDouble().Should().Be(1);
        json.RootElement.GetProperty("settings").GetProperty("labels").GetInt32().Should().Be(200);
    }
}
