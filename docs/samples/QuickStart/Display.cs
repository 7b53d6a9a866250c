using Distillation.Reports;
using Spectre.Console;

namespace QuickStart;

/// <summary>Shows progress and results: live on a terminal, in plain lines where output is redirected.</summary>
internal static class Display
{
    /// <summary>Runs steps as they come, each before the next one is asked for.</summary>
    public static void Run(IEnumerable<Step> steps)
    {
        foreach (Step step in steps)
        {
            string result;
            using (var progress = new ConsoleProgress(step.Name))
            {
                result = step.Run(progress);
            }

            Console.WriteLine($"{step.Name}: {result}");
        }
    }

    public static void Show(Findings findings)
    {
        Console.WriteLine($"\n{findings.Title}: {findings.Subject}");
        foreach (ReportTable table in findings.Tables)
        {
            Console.WriteLine();
            if (Console.IsOutputRedirected)
            {
                IReadOnlyList<string>[] rows = [table.Columns, .. table.Rows.Select(row => row.Select(cell => cell.Text).ToArray())];
                int[] widths = [.. table.Columns.Select((_, column) => rows.Max(row => row[column].Length))];
                foreach (IReadOnlyList<string> row in rows)
                {
                    Console.WriteLine(
                        string.Join("   ", row.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))));
                }
            }
            else
            {
                AnsiConsole.Write(Drawn(table));
            }
        }

        Console.WriteLine();
        foreach (string sentence in findings.Sentences)
        {
            Console.WriteLine(sentence);
        }

        Console.WriteLine();
    }

    private static Table Drawn(ReportTable table)
    {
        var drawn = new Table();
        foreach ((int column, string title) in table.Columns.Index())
        {
            drawn.AddColumn(new TableColumn(Markup.Escape(title)) { Alignment = column == 0 ? Justify.Left : Justify.Right });
        }

        foreach (IReadOnlyList<ReportCell> row in table.Rows)
        {
            drawn.AddRow([.. row.Select(cell => Markup.Escape(cell.Text))]);
        }

        return drawn;
    }
}
