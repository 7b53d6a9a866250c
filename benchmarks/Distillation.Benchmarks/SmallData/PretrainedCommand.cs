using System.CommandLine;
using System.Diagnostics;
using System.Globalization;

namespace Distillation.Benchmarks.SmallData;

/// <summary><c>pretrained</c>: what a pretrained network brings as a teacher of few images. A run that was stopped goes on where it was.</summary>
internal static class PretrainedCommand
{
    public static int Run(string[] args)
    {
        var network = new Argument<string>("network") { Description = "ResNet18.onnx of the NuGet package Microsoft.ML.DnnImageFeaturizer.ResNet18." };
        var images = new Argument<string>("images") { Description = "A directory with the four files of Fashion-MNIST (*-ubyte.gz), all of it." };
        var results = new Option<string>("--results")
        {
            Description = "The file of results, one line of JSON each; what it has is not measured again.",
            DefaultValueFactory = _ => "pretrained.jsonl",
        };
        var labels = new Option<int>("--labels") { Description = "How many images have labels.", DefaultValueFactory = _ => 200 };
        var seed = new Option<int>("--seed") { Description = "The first seed.", DefaultValueFactory = _ => 20 };
        var seeds = new Option<int>("--seeds") { Description = "How many seeds.", DefaultValueFactory = _ => 10 };
        var sizes = new Option<int[]>("--sizes")
        {
            Description = "Compares teachers at these image sizes, multiples of 32, instead of training students.",
            AllowMultipleArgumentsPerToken = true,
        };
        var arms = new Option<int>("--arms") { Description = "How many arms of a seed are trained, the first ones.", DefaultValueFactory = _ => int.MaxValue };
        var cache = new Option<string?>("--cache")
        {
            Description = "A directory in which features and labeled images are kept: 'pretrained-cache' if not given, none when teachers are compared.",
        };
        var command = new RootCommand("Measures what a pretrained network brings as a teacher of few images, and prints the results as Markdown.")
        {
            network, images, results, labels, seed, seeds, sizes, arms, cache,
        };
        command.SetAction(arguments =>
        {
            torch.set_num_threads(1);
            var fashion = new IdxImages(arguments.GetValue(images)!);
            int[] numbers = [.. Enumerable.Range(arguments.GetValue(seed), arguments.GetValue(seeds))];
            if (arguments.GetValue(sizes) is { Length: > 0 } several)
            {
                PretrainedTeachers.Run(
                    arguments.GetValue(network)!, fashion, arguments.GetValue(cache), arguments.GetValue(labels), numbers, several);
                return;
            }

            var log = new ResultLog(arguments.GetValue(results)!);
            using ITeacher teacher = PretrainedNetwork.Load(arguments.GetValue(network)!);
            var one = new PretrainedCase(teacher, fashion, arguments.GetValue(labels), arguments.GetValue(cache) ?? "pretrained-cache");
            foreach (int number in numbers)
            {
                Measure(one, number, arguments.GetValue(arms), log);
            }

            Console.WriteLine(Summary.Of(log.Results));
        });
        return command.Parse(args).Invoke();
    }

    private static void Measure(PretrainedCase one, int seed, int arms, ResultLog log)
    {
        using var scope = torch.NewDisposeScope();
        foreach ((string arm, Func<Scores> run) in one.Arms(seed).Take(arms))
        {
            if (log.Results.Any(result => result.Case == one.Name && result.Seed == seed && result.Arm == arm))
            {
                continue;
            }

            using var inner = torch.NewDisposeScope();
            var clock = Stopwatch.StartNew();
            var result = new Result(one.Name, seed, arm, run(), Math.Round(clock.Elapsed.TotalSeconds, 1));
            log.Add([result]);
            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"seed {seed}, {arm}: accuracy {100 * result.Scores.Accuracy:0.0} % ({result.Seconds:0} s)"));
        }
    }
}
