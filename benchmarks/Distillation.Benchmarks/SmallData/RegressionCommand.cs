using System.Globalization;
using Distillation.Data;
using Distillation.Evaluation;
using Distillation.SmallData;
using static TorchSharp.torch.nn;

namespace Distillation.Benchmarks.SmallData;

/// <summary>
/// <c>regression DIR [first seed, 20] [seeds, 3] [rows, 100]</c>: the answer of a search on few rows of each table, against the plain original that the search
/// tunes, on all other rows and on one thread. DIR has CSV files with a header line, numbers alone, and the target in the last column.
/// </summary>
internal static class RegressionCommand
{
    private static readonly TrainerOptions Training =
        RecipeSearchOptions.DefaultTraining with { Steps = 500, Optimizer = new AdamWOptimizer(new Schedule.Cosine(3e-3)) { WeightDecay = 0.5 } };

    public static int Run(string[] args)
    {
        if (args.Length == 0)
        {
            Console.Error.WriteLine("regression DIR [first seed, 20] [number of seeds, 3] [rows, 100]");
            return 1;
        }

        torch.set_num_threads(1);
        int Number(int place, int otherwise) => args.Length > place ? int.Parse(args[place], CultureInfo.InvariantCulture) : otherwise;
        Console.WriteLine("| table | plain RMSE | answer RMSE | answer against plain, % | recommended |");
        Console.WriteLine("|---|--:|--:|--:|---|");
        foreach (string path in Directory.GetFiles(args[0], "*.csv").Order(StringComparer.Ordinal))
        {
            var runs = new List<(double Plain, double Answer, string Chosen)>();
            foreach (int seed in Enumerable.Range(Number(1, 20), Number(2, 3)))
            {
                using DisposeScope scope = torch.NewDisposeScope();
                runs.Add(Compare(path, Number(3, 100), seed));
            }

            string change = "";
            if (runs.Count > 1)
            {
                PairedComparison ratio = PairedComparison.Of([.. runs.Select(_ => 0.0)], [.. runs.Select(run => 100 * ((run.Answer / run.Plain) - 1))]);
                change = string.Create(
                    CultureInfo.InvariantCulture, $"{ratio.Mean:+0.0;-0.0;0.0} [{ratio.Interval.Low:+0.0;-0.0;0.0}, {ratio.Interval.High:+0.0;-0.0;0.0}]");
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {Path.GetFileNameWithoutExtension(path)} | {runs.Average(run => run.Plain):0.000} | {runs.Average(run => run.Answer):0.000} | {change} "
                + $"| {string.Join(", ", runs.Select(run => run.Chosen))} |"));
        }

        return 0;
    }

    private static (double Plain, double Answer, string Chosen) Compare(string path, int rows, int seed)
    {
        (TensorData train, TensorData test) = Draw(path, rows, seed);
        long columns = train.Inputs.size(1);
        Module<Tensor, Tensor> Original() => Sequential(Linear(columns, 64), ReLU(), Linear(64, 1));
        using var data = new LabeledSamples(train, EvaluationTask.Regression);
        var options = new RecipeSearchOptions { Task = EvaluationTask.Regression, Training = Training, Folds = 5, Seed = seed };
        RecipeSearchResult found = new RecipeSearch(Original, Recipes.ForTargets(), options).Run(data);
        double plain = Follow(found.Plain.Recipe);
        double answer = found.Chosen == found.Plain.Recipe ? plain : Follow(found.Chosen);
        Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Path.GetFileNameWithoutExtension(path)}, seed {seed}: plain {plain:0.000}, {found.Chosen.Name} {answer:0.000}, "
            + $"most promising {found.MostPromising.Recipe.Name} {Follow(found.MostPromising.Recipe):0.000}"));
        return (plain, answer, found.Chosen.Name);

        double Follow(Recipe recipe)
        {
            if (recipe.Kind == RecipeKind.TeacherItself)
            {
                using FittedTeacher fitted = recipe.Teacher!.Fit(data, seed);
                return Root(Evaluator.Evaluate(fitted.Teacher, test, EvaluationTask.Regression));
            }

            var followed = new ModelDistillationOptions { Task = EvaluationTask.Regression, Training = Training, PlainWeightDecays = [], Seed = seed };
            using ModelDistillationResult result = new ModelDistillation(Original, Original, recipe, followed).Run(train, test);
            return Root(result.Report!.Final);
        }
    }

    private static double Root(EvaluationReport report) => report[new RootMeanSquaredError()];

    // Inputs and targets in the measure of the drawn rows.
    private static (TensorData Train, TensorData Test) Draw(string path, int rows, int seed)
    {
        float[][] all =
        [
            .. File.ReadLines(path).Skip(1)
                .Select(line => line.Split(',').Select(value => float.Parse(value, CultureInfo.InvariantCulture)).ToArray()),
        ];
        int columns = all[0].Length;
        Tensor table = torch.tensor([.. all.SelectMany(row => row)], [all.Length, columns]);
        Fold fold = Split.Stratified(new long[all.Length], Math.Min(0.6, (double)rows / all.Length), seed);
        Tensor train = table.index_select(0, torch.tensor([.. fold.Train]));
        Tensor test = table.index_select(0, torch.tensor([.. fold.HeldOut]));
        Tensor mean = train.mean([0]);
        Tensor deviation = train.std([0], unbiased: false);
        deviation = torch.where(deviation > 0, deviation, torch.ones_like(deviation));
        return (Of(train), Of(test));

        TensorData Of(Tensor part)
        {
            Tensor scaled = (part - mean) / deviation;
            return new TensorData(scaled.narrow(1, 0, columns - 1).contiguous(), scaled.select(1, columns - 1).contiguous()).InMemory();
        }
    }
}
