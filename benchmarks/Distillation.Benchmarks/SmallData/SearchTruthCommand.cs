using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Distillation.SmallData;

namespace Distillation.Benchmarks.SmallData;

/// <summary><c>search-truth</c>: what a recipe search claims where nothing can be gained, and what following it brings on tables.</summary>
internal static class SearchTruthCommand
{
    public static int Run(string[] args)
    {
        var draws = new Option<int>("--draws") { Description = "How many draws of each case without a gain.", DefaultValueFactory = _ => 40 };
        var first = new Option<int>("--first") { Description = "The number of the first draw.", DefaultValueFactory = _ => 0 };
        var steps = new Option<int>("--steps") { Description = "How many steps each original is trained.", DefaultValueFactory = _ => 2_000 };
        var tables = new Option<string[]>("--tables")
        {
            Description = "Tables: CSV files with a header line and the class in the last column.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        var labels = new Option<int[]>("--labels")
        {
            Description = "How many labeled samples are drawn, of a table at most half of its rows.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [200],
        };
        var seeds = new Option<int>("--seeds") { Description = "How many draws of each table and set of images.", DefaultValueFactory = _ => 3 };
        var images = new Option<string[]>("--images")
        {
            Description = "Directories with the four files of a set of images (*-ubyte.gz), as Fashion-MNIST has them.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        var results = new Option<string>("--results")
        {
            Description = "The file of results of tables and images, one line of JSON each; what it has is not measured again.",
            DefaultValueFactory = _ => "search.jsonl",
        };
        var threads = new Option<int>("--threads") { Description = "How many folds run at once.", DefaultValueFactory = _ => 1 };
        var command = new RootCommand("Counts what a recipe search claims on noise and where nothing helps, and measures what it brings on tables and images.")
        {
            draws, first, steps, tables, labels, seeds, images, results, threads,
        };
        command.SetAction(arguments =>
        {
            torch.set_num_threads(1);
            var options = new RecipeSearchOptions
            {
                Training = RecipeSearchOptions.DefaultTraining with { Steps = arguments.GetValue(steps) },
                Parallelism = arguments.GetValue(threads),
            };
            int[] numbers = [.. Enumerable.Range(arguments.GetValue(first), arguments.GetValue(draws))];
            if (numbers.Length > 0)
            {
                Count("coin labels, 200 rows of 20 columns", numbers, number => DrawnProblem.Noise(200, number), options);
                Count("a line, 300 rows of 5 columns", numbers, number => DrawnProblem.Line(300, number), options);
            }

            var log = new ResultLog(arguments.GetValue(results)!);
            (string Name, IdxImages Images)[] sets = [.. arguments.GetValue(images)!.Select(path => (new DirectoryInfo(path).Name, new IdxImages(path)))];
            foreach (int seed in Enumerable.Range(arguments.GetValue(first), arguments.GetValue(seeds)))
            {
                foreach (int count in arguments.GetValue(labels)!)
                {
                    foreach (string path in arguments.GetValue(tables)!)
                    {
                        Measure(Path.GetFileNameWithoutExtension(path), count, () => DrawnProblem.Table(path, count, seed), Recipes.ForTables(), seed);
                    }

                    foreach ((string name, IdxImages all) in sets)
                    {
                        Measure(name, count, () => DrawnProblem.Images(all, count, seed), Recipes.ForImages(), seed);
                    }
                }
            }

            Console.WriteLine(Summary.Of(log.Results));

            void Measure(string name, int count, Func<DrawnProblem> draw, IReadOnlyList<Recipe> recipes, int seed)
            {
                string problem = FormattableString.Invariant($"search, {name}, {count} labels");
                if (!log.Has(problem, seed))
                {
                    using DisposeScope scope = torch.NewDisposeScope();
                    log.Add(Search(problem, draw(), recipes, options with { Seed = seed }));
                }
            }
        });
        return command.Parse(args).Invoke();
    }

    // A claim is false where the test samples, of which there are many, show no gain.
    private static void Count(string name, int[] numbers, Func<int, DrawnProblem> draw, RecipeSearchOptions options)
    {
        (int claims, int wrong) = (0, 0);
        (int calibrated, int worse) = (0, 0);
        var clock = Stopwatch.StartNew();
        foreach (int number in numbers)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            DrawnProblem problem = draw(number);
            using var data = new LabeledSamples(problem.Train, problem.Classes);
            RecipeSearchResult found = new RecipeSearch(problem.Original, Recipes.ForTables(), options with { Seed = number }).Run(data);
            bool claimed = found.Recommendation is Recommendation.UseRecipe or Recommendation.UseTeacher;
            if (claimed)
            {
                claims++;
                EvaluationReport plain = problem.Follow(found, found.Plain.Recipe, data, options.Training);
                EvaluationReport chosen = problem.Follow(found, found.Chosen, data, options.Training);
                bool isGain = chosen.Accuracy > plain.Accuracy || chosen.NegativeLogLikelihood < plain.NegativeLogLikelihood;
                wrong += isGain ? 0 : 1;
            }
            else if (found.Recommendation == Recommendation.CalibratePlain)
            {
                calibrated++;
                EvaluationReport before = problem.Follow(found, found.Chosen, data, options.Training, isCalibrated: false);
                EvaluationReport after = problem.Follow(found, found.Chosen, data, options.Training);
                worse += after.NegativeLogLikelihood < before.NegativeLogLikelihood ? 0 : 1;
            }

            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name}, draw {number}: {found.Recommendation}, '{found.Chosen.Name}', most promising {found.MostPromising.Describe()} "
                + $"({clock.Elapsed.TotalSeconds:0} s)"));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {claims} gains claimed in {numbers.Length} draws, {wrong} of them not there on test samples; "
            + $"{calibrated} temperatures recommended, {worse} of them worse there"));
    }

    private static List<Result> Search(string name, DrawnProblem problem, IReadOnlyList<Recipe> recipes, RecipeSearchOptions options)
    {
        using var data = new LabeledSamples(problem.Train, problem.Classes);
        var clock = Stopwatch.StartNew();
        RecipeSearchResult found = new RecipeSearch(problem.Original, recipes, options).Run(data);
        double searched = clock.Elapsed.TotalSeconds;
        var followed = new Dictionary<Recipe, Result>();
        List<Result> measured = [Follow("plain", found.Plain.Recipe)];
        foreach (RecipeScore score in found.Scores.Where(score => score.Recipe.Kind != RecipeKind.Plain))
        {
            measured.Add(Follow(score.Recipe.Name, score.Recipe));
        }

        measured.AddRange(
            [Follow("most promising", found.MostPromising.Recipe), Follow("chosen", found.Chosen), Follow("chosen for the original", found.ChosenForOriginal)]);
        Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}, seed {options.Seed}: search of {data.Count} samples {searched:0.0} s, {found.Recommendation}, '{found.Chosen.Name}', "
            + $"most promising '{found.MostPromising.Recipe.Name}'"));
        return measured;

        Result Follow(string arm, Recipe recipe)
        {
            if (!followed.TryGetValue(recipe, out Result? one))
            {
                clock.Restart();
                Scores scores = Scores.Of(problem.Follow(found, recipe, data, options.Training));
                followed[recipe] = one = new(name, options.Seed, arm, scores, Math.Round(clock.Elapsed.TotalSeconds, 1));
            }

            return one with { Arm = arm };
        }
    }
}
