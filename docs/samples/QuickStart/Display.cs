using Spectre.Console;

namespace QuickStart;

/// <summary>Shows progress and results: live on a terminal, in plain lines where output is redirected.</summary>
internal static class Display
{
    /// <summary>Runs steps as they come, each before the next one is asked for.</summary>
    public static void Run(IEnumerable<Step> steps)
    {
        if (Console.IsOutputRedirected)
        {
            foreach (Step step in steps)
            {
                Console.Write($"{step.Name}: ");
                Console.WriteLine(step.Run(null));
            }

            return;
        }

        AnsiConsole.Progress().Start(context =>
        {
            foreach (Step step in steps)
            {
                ProgressTask task = context.AddTask(Markup.Escape(step.Name), maxValue: 1);
                step.Run(new Bar(task));
                task.Value = 1;
            }
        });
    }

    public static void Show(Report report)
    {
        Console.WriteLine($"\n{report.Title}: {report.Subject}");
        foreach (ReportTable table in report.Tables)
        {
            Console.WriteLine();
            if (Console.IsOutputRedirected)
            {
                int[] widths = [.. table.Rows[0].Select((_, column) => table.Rows.Max(row => row[column].Length))];
                foreach (IReadOnlyList<string> row in table.Rows)
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
        foreach (string sentence in report.Sentences)
        {
            Console.WriteLine(sentence);
        }

        Console.WriteLine();
    }

    private static Table Drawn(ReportTable table)
    {
        var drawn = new Table();
        foreach ((int column, string title) in table.Rows[0].Index())
        {
            drawn.AddColumn(new TableColumn(Markup.Escape(title)) { Alignment = column == 0 ? Justify.Left : Justify.Right });
        }

        foreach (IReadOnlyList<string> row in table.Rows.Skip(1))
        {
            drawn.AddRow([.. row.Select(Markup.Escape)]);
        }

        return drawn;
    }

    private sealed class Bar(ProgressTask task) : IProgress<double>
    {
        public void Report(double value) => task.Value = value;
    }
}
