using System.Globalization;
using Distillation.Evaluation;
using Spectre.Console;

namespace QuickStart;

/// <summary>Shows progress and results: live on a terminal, in plain lines where output is redirected.</summary>
internal static class Display
{
    private static readonly (string Name, Func<Trial, Outcome> Of)[] Models =
    [
        ("original 784-128-10", trial => trial.Original),
        ("student 784-64-10, alone", trial => trial.Alone),
        ("student 784-64-10, distilled", trial => trial.Distilled),
    ];

    public static IReadOnlyList<Trial> Run(Experiment experiment, IReadOnlyList<int> seeds, string? save)
    {
        var trials = new List<Trial>();
        if (Console.IsOutputRedirected)
        {
            foreach (int seed in seeds)
            {
                trials.Add(experiment.Run(seed, save: seed == seeds[0] ? save : null));
                Console.WriteLine(Invariant($"seed {seed}: original {trials[^1].Original.Report.Accuracy:P1}, alone {trials[^1].Alone.Report.Accuracy:P1}, distilled {trials[^1].Distilled.Report.Accuracy:P1}"));
            }

            return trials;
        }

        AnsiConsole.Progress().Start(context =>
        {
            foreach (int seed in seeds)
            {
                ProgressTask task = context.AddTask(Invariant($"seed {seed}"), maxValue: 1);
                trials.Add(experiment.Run(seed, new Bar(task), seed == seeds[0] ? save : null));
                task.Value = 1;
            }
        });
        return trials;
    }

    public static void Table(Images images, IReadOnlyList<Trial> trials)
    {
        string[] titles = ["model", "accuracy %", "NLL", "ECE %", "parameters", "latency µs"];
        string[][] rows = [.. Models.Select(model => Row(model.Name, [.. trials.Select(model.Of)]))];
        string title = Invariant($"{images.Train.Count} training images, {images.Test.Count} test images ({images.Name}); mean ± standard deviation of {trials.Count} seeds");
        CompressionRatio ratio = trials[0].Original.Cost.DividedBy(trials[0].Distilled.Cost);
        string gain = Invariant($"distilled against alone: {Spread(trials, trial => 100 * (trial.Distilled.Report.Accuracy - trial.Alone.Report.Accuracy), "+0.0;-0.0")} points of accuracy, ")
            + Invariant($"{Spread(trials, trial => trial.Distilled.Report.NegativeLogLikelihood - trial.Alone.Report.NegativeLogLikelihood, "+0.000;-0.000")} NLL; {ratio.Parameters:F1} times fewer parameters than the original");
        if (Console.IsOutputRedirected)
        {
            Console.WriteLine(title);
            foreach (string[] row in rows.Prepend(titles))
            {
                Console.WriteLine(string.Concat(row.Select((cell, column) => column == 0 ? cell.PadRight(30) : cell.PadLeft(16))));
            }

            Console.WriteLine(gain);
            return;
        }

        var table = new Table().Title(title);
        foreach (string name in titles)
        {
            table.AddColumn(new TableColumn(name) { Alignment = name == titles[0] ? Justify.Left : Justify.Right });
        }

        foreach (string[] row in rows)
        {
            table.AddRow(row);
        }

        AnsiConsole.Write(table);
        AnsiConsole.WriteLine(gain);
    }

    private static string[] Row(string name, IReadOnlyList<Outcome> outcomes) =>
    [
        name,
        Spread(outcomes, outcome => 100 * outcome.Report.Accuracy, "0.0"),
        Spread(outcomes, outcome => outcome.Report.NegativeLogLikelihood, "0.000"),
        Spread(outcomes, outcome => 100 * outcome.Report.ExpectedCalibrationError, "0.0"),
        outcomes[0].Cost.Parameters.ToString("N0", CultureInfo.InvariantCulture),
        Spread(outcomes, outcome => outcome.Cost.Latency.TotalMicroseconds, "0"),
    ];

    private static string Spread<T>(IReadOnlyList<T> values, Func<T, double> of, string format)
    {
        double mean = values.Average(of);
        string text = mean.ToString(format, CultureInfo.InvariantCulture);
        if (values.Count == 1)
        {
            return text;
        }

        double deviation = Math.Sqrt(values.Sum(value => Math.Pow(of(value) - mean, 2)) / (values.Count - 1));
        return $"{text} ± {deviation.ToString(format.Split(';')[0].TrimStart('+'), CultureInfo.InvariantCulture)}";
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    private sealed class Bar(ProgressTask task) : IProgress<double>
    {
        public void Report(double value) => task.Value = value;
    }
}
