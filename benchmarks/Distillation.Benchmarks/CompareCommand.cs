using System.CommandLine;
using System.Globalization;

namespace Distillation.Benchmarks;

/// <summary>Compares ratios with those of a baseline: <c>compare BASELINE NEW [--threshold 0.05] [--strict]</c>.</summary>
internal static class CompareCommand
{
    public static int Run(string[] args)
    {
        var baseline = new Argument<string>("BASELINE") { Description = "The ratios to compare with, a file that --json wrote." };
        var measured = new Argument<string>("NEW") { Description = "The ratios to be judged, a file that --json wrote." };
        var threshold = new Option<double>("--threshold")
        {
            Description = "By which share a ratio may be above that of the baseline.",
            DefaultValueFactory = _ => 0.05,
        };
        threshold.Validators.Add(result =>
        {
            double value = result.GetValueOrDefault<double>();
            if (!(value >= 0 && double.IsFinite(value)))
            {
                result.AddError(string.Create(
                    CultureInfo.InvariantCulture, $"--threshold is {value}; it must be a number of at least 0, such as 0.05 for 5 %."));
            }
        });
        var strict = new Option<bool>("--strict") { Description = "End with exit code 1 where a ratio is above the threshold." };
        var command = new RootCommand("Compares ratios with those of a baseline.") { baseline, measured, threshold, strict };
        command.SetAction(parsed => Guarded(() => Compare(
            RatioFile.Read(parsed.GetRequiredValue(baseline)),
            RatioFile.Read(parsed.GetRequiredValue(measured)),
            parsed.GetValue(threshold),
            parsed.GetValue(strict))));
        return command.Parse(args).Invoke();
    }

    private static int Compare(IReadOnlyList<Ratio> baseline, IReadOnlyList<Ratio> measured, double threshold, bool isStrict)
    {
        Dictionary<string, Ratio> before = baseline.ToDictionary(ratio => ratio.Name);
        var slower = new List<string>();
        Console.WriteLine("| | baseline | new | change | |\n|---|--:|--:|--:|---|");
        foreach (Ratio ratio in measured)
        {
            if (!before.Remove(ratio.Name, out Ratio? old))
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {ratio.Name} | | {ratio.Median:F3} | | not in the baseline |"));
                continue;
            }

            double change = (ratio.Median / old.Median) - 1;
            bool isSlower = change > threshold;
            string row = string.Create(
                CultureInfo.InvariantCulture, $"| {ratio.Name} | {old.Median:F3} | {ratio.Median:F3} | {100 * change:+0.0;-0.0;0.0} % |");
            Console.WriteLine($"{row} {(isSlower ? "slower" : "")} |");
            if (isSlower)
            {
                slower.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{ratio.Name}: {ratio.Median:F3} instead of {old.Median:F3}, {100 * change:0.0} % above the baseline "
                    + $"({100 * threshold:0.0} % are allowed)."));
            }
        }

        foreach (Ratio missing in before.Values)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {missing.Name} | {missing.Median:F3} | | | not measured |"));
        }

        string prefix = Environment.GetEnvironmentVariable("GITHUB_ACTIONS") is null ? "warning: " : "::warning::";
        slower.ForEach(line => Console.WriteLine(prefix + line));
        return isStrict && slower.Count > 0 ? 1 : 0;
    }

    private static int Guarded(Func<int> compare)
    {
        try
        {
            return compare();
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(exception.Message);
            return 2;
        }
    }
}
