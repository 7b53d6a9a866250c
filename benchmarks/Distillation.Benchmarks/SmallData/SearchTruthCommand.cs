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
        var labels = new Option<int>("--labels") { Description = "How many labeled rows of a table are drawn, at most half.", DefaultValueFactory = _ => 200 };
        var seeds = new Option<int>("--seeds") { Description = "How many draws of each table.", DefaultValueFactory = _ => 3 };
        var images = new Option<string?>("--images") { Description = "A directory with the four files of Fashion-MNIST; no images if not given." };
        var threads = new Option<int>("--threads") { Description = "How many folds run at once.", DefaultValueFactory = _ => 1 };
        var command = new RootCommand("Counts what a recipe search claims on noise and where nothing helps, and measures what it brings on tables and images.")
        {
            draws, first, steps, tables, labels, seeds, images, threads,
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

            int[] drawn = [.. Enumerable.Range(arguments.GetValue(first), arguments.GetValue(seeds))];
            foreach (string path in arguments.GetValue(tables)!)
            {
                foreach (int seed in drawn)
                {
                    DrawnProblem problem = DrawnProblem.Table(path, arguments.GetValue(labels), seed);
                    Measure(problem, Recipes.ForTables(), options with { Seed = seed });
                }
            }

            if (arguments.GetValue(images) is { } directory)
            {
                var fashion = new FashionMnist(directory);
                foreach (int seed in drawn)
                {
                    Measure(DrawnProblem.Images(fashion, arguments.GetValue(labels), seed), Recipes.ForImages(), options with { Seed = seed });
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

    private static void Measure(DrawnProblem problem, IReadOnlyList<Recipe> recipes, RecipeSearchOptions options)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using var data = new LabeledSamples(problem.Train, problem.Classes);
        var clock = Stopwatch.StartNew();
        RecipeSearchResult found = new RecipeSearch(problem.Original, recipes, options).Run(data);
        double seconds = clock.Elapsed.TotalSeconds;
        Console.WriteLine(FormattableString.Invariant(
            $"## {problem.Name}, seed {options.Seed}: {data.Count} rows, search {seconds:0.0} s, {found.Recommendation}"));
        Console.WriteLine(found.Describe());
        Row("plain, tuned and calibrated", found.Plain.Recipe);
        foreach (RecipeScore score in found.Scores.Where(score => score.Recipe.Kind != RecipeKind.Plain))
        {
            Row(score.Recipe.Name, score.Recipe);
        }

        Row("chosen", found.Chosen);
        Row("chosen for the original", found.ChosenForOriginal);

        void Row(string name, Recipe recipe)
        {
            EvaluationReport report = problem.Follow(found, recipe, data, options.Training);
            RecipeScore score = found.ScoreOf(recipe);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {100 * report.Accuracy:0.0} | {report.NegativeLogLikelihood:0.000} "
                + $"| held out {100 * score.Accuracy:0.0} | {score.NegativeLogLikelihood:0.000} |"));
        }
    }
}
