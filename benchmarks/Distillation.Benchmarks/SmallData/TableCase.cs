using Distillation.Evaluation;
using Distillation.Models;
using Distillation.SmallData;

namespace Distillation.Benchmarks.SmallData;

/// <summary>
/// Few labeled rows of a table: plain, with new rows that have known labels, and with the same that have the teacher's. Measured on all other rows.
/// </summary>
internal sealed class TableCase(string path, int labels) : ICase
{
    private const int PlainFolds = 3;

    private const int TeachingNetworks = 3;

    /// <summary>Gets the tables, and how many labeled rows of each are drawn.</summary>
    public static IReadOnlyList<(string Table, int Labels)> All { get; } =
    [
        ("BreastCancer", 200),
        ("DNA", 500),
        ("HouseVotes84", 200),
        ("Ionosphere", 200),
        ("LetterRecognition", 1_000),
        ("PimaIndiansDiabetes", 300),
        ("Satellite", 300),
        ("Vehicle", 300),
        ("Vowel", 300),
        ("breast_cancer", 200),
        ("digits", 300),
    ];

    public string Name => FormattableString.Invariant($"table {Path.GetFileNameWithoutExtension(path)}, {labels} labels");

    public IEnumerable<(string Arm, Scores Scores)> Run(int seed)
    {
        using CsvTable table = CsvTable.Read(path);
        (TensorData train, TensorData test) = table.Draw(labels, seed);
        using TensorData labeled = train;
        using TensorData others = test;
        using var originals = new LabeledSamples(labeled, table.Classes.Count);
        (double decay, double temperature) = TunePlain(originals, seed);

        using TableNetwork plain = Fit(labeled, decay, seed);
        yield return ("plain", Measure(plain));
        using var scaled = new ScaledTeacher(plain, temperature);
        yield return ("plain, temperature-scaled", Measure(scaled));

        var networks = new ModelFitter(
            "networks",
            (samples, number) =>
                new SeveralNetworks([.. Enumerable.Range(0, TeachingNetworks).Select(i => Fit(samples, decay, unchecked(number + (1_000 * i))))]),
            folds: 4);
        var fitter = new AverageFitter(new KernelRidge(), Forest.Fitter((int)originals.Classes), networks) { ByLikelihood = true };
        using FittedTeacher teacher = fitter.Fit(originals, seed);
        yield return ("teacher itself", Measure(teacher.Teacher));

        Recipe recipe = Recipes.ForTables().First(candidate => candidate.Kind == RecipeKind.Distillation);
        using TensorData pool = originals.Generate(recipe.Generator!, Math.Max(recipe.MinPoolSize, recipe.PoolFactor * originals.Count), seed).InMemory();
        using TensorData taught = pool.LabeledBy(teacher.Teacher).InMemory();
        using Tensor halves = torch.lerp(taught.Labels!, pool.Labels!, 0.5);
        yield return ("generated/known labels", OnPool(pool));
        yield return ("generated/teacher's labels", OnPool(taught));
        yield return ("generated/blended labels", OnPool(new TensorData(pool.Inputs, halves)));

        Scores OnPool(TensorData made)
        {
            // Chosen on other seeds: a pool is a restraint of its own.
            using TableNetwork network = Fit(labeled.TogetherWith(made, recipe.PoolShare), decay / 3, seed);
            return Measure(network);
        }

        Scores Measure(ITeacher model) => Scores.Of(Evaluator.Evaluate(model, others));

        TableNetwork Fit(IDataSource samples, double weightDecay, int number) =>
            TableNetwork.Fit(samples, originals.Inputs.size(1), originals.Classes, weightDecay, number);
    }

    // The weight decay with the best accuracy on held-out folds of the labeled rows, of equal ones that with the best likelihood; and the temperature of those
    // folds' logits.
    private static (double Decay, double Temperature) TunePlain(LabeledSamples originals, int seed)
    {
        var tried = new List<(double Decay, double Temperature, EvaluationReport Report)>();
        foreach (double decay in Baseline.WeightDecays)
        {
            using FittedTeacher folds = new CommitteeFitter(
                "plain", (samples, number) => TableNetwork.Fit(samples, originals.Inputs.size(1), originals.Classes, decay, number), PlainFolds)
                .Fit(originals, seed);
            tried.Add((decay, ((ScaledTeacher)folds.Teacher).Temperature, folds.Evaluate(originals)));
        }

        (double best, double temperature, _) = tried.OrderByDescending(one => one.Report.Accuracy).ThenBy(one => one.Report.NegativeLogLikelihood).First();
        return (best, temperature);
    }
}
