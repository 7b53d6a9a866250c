using Distillation.Evaluation;
using Distillation.Generation;
using Distillation.Teachers;

namespace Distillation.Benchmarks.SmallData;

/// <summary>One table, so many labelled rows, one seed: each way to a model, measured on all other rows. All networks are alike, and have the same number of steps.</summary>
internal sealed class TableCase : IDisposable
{
    private const int PlainFolds = 3;
    private static readonly double[] Decays = [0.1, 0.3, 1, 3, 10];

    private readonly TensorData _train;
    private readonly TensorData _test;
    private readonly Originals _originals;
    private readonly int _seed;

    /// <summary>Draws the labelled rows.</summary>
    public TableCase(CsvTable table, int labels, int seed)
    {
        (_train, _test) = table.Draw(labels, seed);
        _originals = new Originals(_train, table.Classes.Count);
        _seed = seed;
    }

    /// <summary>Gets the tables, and how many labelled rows of each are drawn.</summary>
    public static IReadOnlyList<(string Table, int Labels)> All { get; } =
    [
        ("BreastCancer", 200),
        ("DNA", 500),
        ("HouseVotes84", 200),
        ("Ionosphere", 200),
        ("LetterRecognition", 1_000),
        ("PimaIndiansDiabetes", 300),
        ("Satellite", 300),
        ("Shuttle", 500),
        ("Soybean", 300),
        ("Vehicle", 300),
        ("Vowel", 300),
        ("breast_cancer", 200),
        ("digits", 300),
    ];

    /// <summary>Trains and measures.</summary>
    /// <returns>Each arm and its report on the rows that were not drawn.</returns>
    public IReadOnlyList<(string Arm, EvaluationReport Report)> Run()
    {
        using var scope = torch.NewDisposeScope();
        (double decay, double temperature) = TunePlain();
        var reports = new List<(string Arm, EvaluationReport Report)>();

        using (TableNetwork plain = Fit(_train, decay, _seed))
        using (var scaled = new ScaledTeacher(plain, temperature))
        {
            Add("plain", plain);
            Add("plain, temperature-scaled", scaled);
        }

        using FittedTeacher teacher = new AverageFitter(
            new KernelRidge(), Forest.Fitter((int)_originals.Classes), new CommitteeFitter("committee", (samples, seed) => Fit(samples, decay, seed))).Fit(_originals, _seed);
        Add("teacher", teacher.Teacher);

        using TensorData pool = _originals.Generate(new Mixture(new Mixup(), new Jitter(0.2)), Math.Max(8_000, 20 * _originals.Count), _seed).InMemory();
        using TensorData taught = pool.LabelledBy(teacher.Teacher).InMemory();
        using TensorData blended = pool.LabelledBy(teacher.Teacher, new() { KnownShare = 0.5 }).InMemory();
        AddPool("pool, known labels", pool);
        AddPool("pool, teacher's labels", taught);
        AddPool("pool, half and half", blended);
        return reports;

        void AddPool(string arm, TensorData made)
        {
            using TableNetwork network = Fit(_train.TogetherWith(made), decay, _seed);
            Add(arm, network);
        }

        void Add(string arm, ITeacher model) => reports.Add((arm, Evaluator.Evaluate(model, _test)));
    }

    public void Dispose()
    {
        _originals.Dispose();
        _train.Dispose();
        _test.Dispose();
    }

    // The weight decay with the best accuracy on held-out folds of the labelled rows, of equal ones that with the best likelihood; and the temperature of those folds' logits.
    private (double Decay, double Temperature) TunePlain()
    {
        var tried = new List<(double Decay, double Temperature, EvaluationReport Report)>();
        foreach (double decay in Decays)
        {
            using FittedTeacher folds = new CommitteeFitter("plain", (samples, seed) => Fit(samples, decay, seed), PlainFolds).Fit(_originals, _seed);
            tried.Add((decay, ((ScaledTeacher)folds.Teacher).Temperature, folds.Evaluate(_originals)));
        }

        (double best, double temperature, _) = tried.OrderByDescending(one => one.Report.Accuracy).ThenBy(one => one.Report.NegativeLogLikelihood).First();
        return (best, temperature);
    }

    private TableNetwork Fit(IDataSource samples, double decay, int seed) => TableNetwork.Fit(samples, _originals.Inputs.size(1), _originals.Classes, decay, seed);
}
