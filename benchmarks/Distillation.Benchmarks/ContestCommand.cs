using System.CommandLine;

namespace Distillation.Benchmarks;

/// <summary>Runs a contest that prints ratios: <c>steps [--json FILE]</c> and its like.</summary>
internal static class ContestCommand
{
    private static readonly Dictionary<string, Action<string?>> Contests = new()
    {
        ["steps"] = _ => Quick.Run(),
        ["optimizers"] = _ => Quick.RunOptimizers(),
        ["losses"] = _ => Quick.RunLosses(),
        ["head"] = _ => Quick.RunHead(),
        ["cnn"] = _ => Quick.RunConvolutions(),
        ["reading"] = _ => Quick.RunReading(),
        ["parallel"] = _ => Quick.RunParallel(),
        ["reporting"] = _ => Quick.RunReporting(),
        ["threads"] = _ => Quick.RunThreads(),
        ["checkpoints"] = _ => Quick.RunCheckpoints(),
        ["onnx"] = _ => Quick.RunOnnx(),
        ["weights"] = Quick.RunWeights,
    };

    /// <summary>Whether a contest has the name.</summary>
    public static bool Has(string contest) => Contests.ContainsKey(contest);

    public static int Run(string contest, string[] args)
    {
        var json = new Option<string?>("--json")
        {
            Description = "A file that gets the ratios and their quartiles. Ratios of other contests that it has stay in it.",
        };
        var weights = new Argument<string?>("FILE") { Description = "A file of PyTorch with the 25 weights.", Arity = ArgumentArity.ZeroOrOne };
        var command = new RootCommand($"Measures the ratios of '{contest}'.") { json };
        if (contest == "weights")
        {
            command.Add(weights);
        }

        json.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is string path && WhyNot(path) is string reason)
            {
                result.AddError(reason);
            }
        });
        command.SetAction(parsed =>
        {
            Contests[contest](contest == "weights" ? parsed.GetValue(weights) : null);
            if (parsed.GetValue(json) is string path)
            {
                RatioFile.Write(path, [.. Quick.Measured.Select(ratio => ratio with { Name = $"{contest}: {ratio.Name}" })]);
            }
        });
        return command.Parse(args).Invoke();
    }

    // What would fail only after minutes of measuring.
    private static string? WhyNot(string path)
    {
        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
        {
            return $"--json is '{path}'; its directory must exist.";
        }

        try
        {
            _ = File.Exists(path) ? RatioFile.Read(path) : [];
            return null;
        }
        catch (InvalidDataException exception)
        {
            return $"--json: {exception.Message} Name another file, or delete it.";
        }
    }
}
