using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Distillation.SmallData;

namespace Distillation.Benchmarks.SmallData;

/// <summary><c>small-data</c>: what distillation brings on few samples, measured over many seeds. A run that was stopped goes on where it was.</summary>
internal static class SmallDataCommand
{
    public static int Run(string[] args)
    {
        var images = new Option<string>("--images")
        {
            Description = "A directory with the four files of Fashion-MNIST (*-ubyte.gz), all of it.",
            DefaultValueFactory = _ => "/usr/share/datasets/fashion-mnist",
        };
        var tables = new Option<string?>("--tables")
        {
            Description = "A directory with the tables that benchmarks/export-tables.sh writes; no tables if not given.",
        };
        var results = new Option<string>("--results")
        {
            Description = "The file of results, one line of JSON each; what it has is not measured again.",
            DefaultValueFactory = _ => "small-data.jsonl",
        };
        var seed = new Option<int>("--seed") { Description = "The first seed.", DefaultValueFactory = _ => 10 };
        var seeds = new Option<int>("--seeds")
        {
            Description = "How many seeds; with 0 the results that are there are summed up.",
            DefaultValueFactory = _ => 10,
        };
        var only = new Option<string>("--only") { Description = "Cases whose names begin with this; all cases if not given.", DefaultValueFactory = _ => "" };
        var command = new RootCommand("Measures what distillation brings on few samples, and prints the results as Markdown.")
        {
            images, tables, results, seed, seeds, only,
        };
        command.SetAction(arguments =>
        {
            torch.set_num_threads(1); // Small layers: more threads would cost more than they bring. Run two processes with files of their own instead.
            var log = new ResultLog(arguments.GetValue(results)!);
            ICase[] cases = [.. Images(arguments.GetValue(images)!)
                .Concat(Tables(arguments.GetValue(tables)))
                .Where(one => one.Name.StartsWith(arguments.GetValue(only)!, StringComparison.Ordinal))];
            foreach (int number in Enumerable.Range(arguments.GetValue(seed), arguments.GetValue(seeds)))
            {
                foreach (ICase one in cases.Where(one => !log.Has(one.Name, number)))
                {
                    log.Add(Measure(one, number));
                }
            }

            Console.WriteLine(Summary.Of(log.Results));
        });
        return command.Parse(args).Invoke();
    }

    private static IEnumerable<ICase> Images(string directory)
    {
        var fashion = new IdxImages(directory);

        // Noise on each pixel leaves no gradients that its teacher knows, and nearly all that the model then sees is noise.
        Recipe naive =
            Recipe.Distil(new KernelRidge { FeatureMap = new HistogramOfGradients().Describe }, new GaussianNoise(1), "noisy copies") with { PoolShare = 0.95 };
        return
        [
            new ImageCase(fashion, 200),
            new ImageCase(fashion, 500),
            new ImageCase(fashion, 1_000),
            new ImageCase(fashion, 2_000),
            new FederatedCase(fashion, 10),
            new FederatedCase(fashion, 5),
            new SearchCase(fashion, 100, "search, 100 labels", Recipes.ForImages()),
            new SearchCase(fashion, 200, "search, naive recipe", [naive]),
        ];
    }

    private static IEnumerable<ICase> Tables(string? directory) =>
        directory is null ? [] : TableCase.All.Select(one => new TableCase(Path.Combine(directory, one.Table + ".csv"), one.Labels));

    private static List<Result> Measure(ICase one, int seed)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        var measured = new List<Result>();
        var clock = Stopwatch.StartNew();
        foreach ((string arm, Scores scores) in one.Run(seed))
        {
            measured.Add(new(one.Name, seed, arm, scores, Math.Round(clock.Elapsed.TotalSeconds, 1)));
            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{one.Name}, seed {seed}, {arm}: "
                + $"accuracy {100 * scores.Accuracy:0.0} %, NLL {scores.NegativeLogLikelihood:0.000} ({clock.Elapsed.TotalSeconds:0} s)"));
            clock.Restart();
        }

        return measured;
    }
}
