using System.Text.RegularExpressions;

namespace Distillation.Reports.Tests;

public sealed partial class MarkdownTests
{
    [Fact]
    public void Signs_of_Markdown_stand_for_themselves()
    {
        var report = new Report
        {
            Title = "a # b",
            Sections =
            [
                new()
                {
                    Title = "*bold*",
                    Blocks =
                    [
                        new ReportText { Text = "1. no <b>list</b> & no [link](x)" },
                        new ReportText { Text = "- nor this\n# nor this" },
                        new ReportTable(["a|b", "_c_"], [["x | y", 0.12345678], ["line\nbreak", 2L]]) { Title = "`code`" },
                    ],
                },
            ],
        };

        report.ToMarkdown().Should().Be(
            """
            # a \# b

            ## \*bold\*

            1\. no \<b\>list\</b\> \& no \[link\](x)

            \- nor this \# nor this

            ### \`code\`

            | a\|b | \_c\_ |
            | --- | ---: |
            | x \| y | 0.1235 |
            | line break | 2 |

            """);
    }

    [Fact]
    public void Every_row_has_the_cells_of_its_table()
    {
        string[][] tables =
        [
            .. Report.Of(Example.Full()).ToMarkdown().Split("\n\n").Select(part => part.TrimEnd('\n').Split('\n')).Where(part => part[0].StartsWith('|')),
        ];

        tables.Should().HaveCountGreaterThan(10);
        tables.Should().AllSatisfy(rows => rows.Select(row => Border().Count(row)).Distinct().Should().ContainSingle());
    }

    [Fact]
    public void Curves_are_tables_that_are_not_too_long()
    {
        string markdown = Report.Of(new() { Result = Example.Result(epochs: 1000) }).ToMarkdown();

        markdown.Should().Contain("### Loss and its terms").And.Contain("\n| 1 | 2.4 | 1 | 2 |\n").And.Contain("\n| 1000 | 0.1023 | 0.001 | 0.002 |\n");
        markdown.Split('\n').Length.Should().BeLessThan(250);
    }

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex Border();
}
