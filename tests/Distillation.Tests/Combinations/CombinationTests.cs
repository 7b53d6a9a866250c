using System.Text;
using Distillation.Caching;
using Distillation.Losses;
using Distillation.Models;
using Distillation.Training;
using Xunit.Abstractions;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Combinations;

/// <summary>
/// Options of a run in pairs. Each run has the same bits with the same seed, and after a kill; leaves no tensor; equals its unsplit form; or is refused before
/// the first update with a message that names what does not go together.
/// </summary>
public sealed class CombinationTests(ITestOutputHelper output) : IDisposable
{
    private const long Samples = 21;
    private const long Places = 3;
    private const int Epochs = 3;

    // What is refused, the values that do not go together, and what the message names.
    private static readonly (string[] Values, string Message)[] Refusals =
    [
        (["memory", "micro-batches"], "*'Contrastive'*MicroBatchSize 3*BatchSize*"),
        (["relations", "micro-batches"], "*'SimilarityPreserving'*MicroBatchSize 3*BatchSize*"),
        (["supervised", "soft and hard"], "*needs a teacher*"),
        (["supervised", "weights and ignored labels"], "*needs a teacher*"),
        (["supervised", "connector"], "*needs a teacher*"),
        (["supervised", "normalizing connector"], "*needs a teacher*"),
        (["supervised", "memory"], "*needs a teacher*"),
        (["supervised", "relations"], "*needs a teacher*"),
        (["supervised", "wrapped"], "*needs a teacher*"),
        (["ensemble", "connector"], "*layer 'in' of the teacher*"),
        (["ensemble", "normalizing connector"], "*layer 'in' of the teacher*"),
        (["ensemble", "memory"], "*layer 'in' of the teacher*"),
        (["ensemble", "relations"], "*layer 'in' of the teacher*"),
        (["ensemble", "wrapped"], "*layer 'in' of the teacher*"),
        (["function", "connector"], "*layer 'in' of the teacher*"),
        (["function", "normalizing connector"], "*layer 'in' of the teacher*"),
        (["function", "memory"], "*layer 'in' of the teacher*"),
        (["function", "relations"], "*layer 'in' of the teacher*"),
        (["function", "wrapped"], "*layer 'in' of the teacher*"),
        (["sequences", "memory"], "*"),
        (["sequences", "cached", "connector"], "*must have outputs of one shape*"),
        (["sequences", "cached", "normalizing connector"], "*must have outputs of one shape*"),
        (["sequences", "cached", "relations"], "*must have outputs of one shape*"),
        (["sequences", "cached", "wrapped"], "*must have outputs of one shape*"),
        (["float64", "bfloat16 layers"], "*float32*"),
    ];

    private static readonly (string Name, string[] Values)[] Factors =
    [
        ("loss", ["soft and hard", "weights and ignored labels", "connector", "normalizing connector", "memory", "relations", "wrapped", "labels"]),
        ("scheme", ["distillation", "joint", "supervised"]),
        ("teacher", ["live", "cached", "ensemble", "cached ensemble", "function"]),
        ("data", ["samples", "sequences"]),
        ("student", ["plain", "normalizes", "drops"]),
        ("layers", ["as they are", "bfloat16 layers"]),
        ("type", ["float32", "float64"]),
        ("pieces", ["whole", "micro-batches"]),
        ("last batch", ["kept", "dropped"]),
        ("order", ["shuffled", "sequential", "blocks"]),
        ("optimizer", ["sgd", "adamw", "torchsharp"]),
        ("average", ["none", "averaged"]),
        ("clip", ["none", "by norm", "by value"]),
        ("prefetch", ["none", "two ahead"]),
        ("non-finite", ["stop", "skip", "roll back"]),
        ("watch", ["nothing", "best", "early stopping"]),
    ];

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly string _directory = Directory.CreateTempSubdirectory("distillation-").FullName;

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Every_pair_of_options_holds_or_is_refused()
    {
        var held = new HashSet<(int, int, int, int)>();
        List<int[]> rows = CoveringArray.Of([.. Factors.Select(factor => factor.Values.Length)], (int)LongForm.Seed);
        foreach (int[] row in rows)
        {
            var choice = new Choice([.. row.Select((value, factor) => Factors[factor].Values[value])]);
            if (Try(choice))
            {
                held.UnionWith(CoveringArray.Pairs(row));
            }
        }

        output.WriteLine(Table(rows, held));
    }

    // A refused run covers no pair but the one that is refused: each other pair of it must be held by a run without that.
    [Fact]
    public void Every_pair_that_is_not_refused_is_held_by_some_run()
    {
        List<int[]> rows = CoveringArray.Of([.. Factors.Select(factor => factor.Values.Length)], seed: 2);
        int refused = 0;
        foreach (int[] row in rows)
        {
            int[] allowed = Allowed(row);
            refused += allowed.SequenceEqual(row) ? 0 : 1;
            Try(new Choice([.. allowed.Select((value, factor) => Factors[factor].Values[value])])).Should().BeTrue("nothing in it is refused");
        }

        output.WriteLine($"{rows.Count} runs, {refused} of them with a value replaced because it does not go with another");
    }

    private static int[] Allowed(int[] row)
    {
        int[] allowed = [.. row];
        for (int i = 0; i < Factors.Length; i++)
        {
            string[] values = [.. allowed.Select((value, factor) => Factors[factor].Values[value])];
            if (Refusals.FirstOrDefault(refusal => refusal.Values.All(values.Contains)) is not { Values: { } wrong })
            {
                break;
            }

            // The loss stays; what it does not go with goes back to the first value of its factor.
            int factor = Array.FindIndex(Factors, one => one.Name != "loss" && one.Values.Intersect(wrong).Any());
            allowed[factor] = 0;
        }

        return allowed;
    }

    private bool Try(Choice choice)
    {
        (string[] Values, string Message)[] expected = [.. Refusals.Where(refusal => choice.Applies(refusal.Values))];
        Outcome whole = choice.Run(checkpoints: null);
        long tensors = Leak.Count();
        Outcome again = choice.Run(checkpoints: null);
        Leak.Count().Should().Be(tensors + again.Counted, $"{choice} leaves no tensor");
        if (whole.Refusal is { } refusal)
        {
            expected.Should().NotBeEmpty($"{choice} goes together, but was refused: {refusal}");
            expected.Should().Contain(
                one => Matches(refusal.Message, one.Message), $"the message of {choice} must name what does not go together, but is: {refusal.Message}");
            whole.Numbers.Should().Equal(whole.Before, $"{choice} is refused before the first update");
            return false;
        }

        expected.Should().BeEmpty($"{choice} must be refused");
        whole.Numbers.Should().OnlyContain(number => double.IsFinite(number), choice.ToString());
        again.Numbers.Should().Equal(whole.Numbers, $"{choice} has the same seed");
        Killed(choice).Should().Equal(whole.Numbers, $"{choice} was killed and goes on");
        if (choice.IsSplit && choice.PromisesUnsplit)
        {
            Close.ShouldBe(choice.Unsplit().Run(checkpoints: null).Weights, whole.Weights, choice.IsDouble ? 1e-9 : 2e-3, $"{choice} without micro-batches");
        }

        return true;
    }

    private static bool Matches(string message, string pattern)
    {
        using var scope = new FluentAssertions.Execution.AssertionScope();
        message.Should().Match(pattern);
        return scope.Discard().Length == 0;
    }

    private double[] Killed(Choice choice)
    {
        string directory = Path.Combine(_directory, Guid.NewGuid().ToString());
        _ = choice.Run(new CheckpointOptions(directory) { EverySteps = 2, AtEpochEnds = false, Keep = 1000 });
        string[] all = [.. Directory.EnumerateDirectories(directory, "step-*").Order(StringComparer.Ordinal)];
        foreach (string later in all.Skip(Math.Max(1, all.Length / 2)))
        {
            Directory.Delete(later, recursive: true);
        }

        double[] resumed = choice.Run(new CheckpointOptions(directory) { AtEpochEnds = false }).Numbers;
        Directory.Delete(directory, recursive: true);
        return resumed;
    }

    private static string Table(List<int[]> rows, HashSet<(int, int, int, int)> held)
    {
        var all = rows.SelectMany(CoveringArray.Pairs).ToHashSet();
        var text = new StringBuilder().AppendLine($"{rows.Count} runs, {all.Count} pairs: {held.Count} held, {all.Count - held.Count} in refused runs alone");
        foreach ((string[] values, string message) in Refusals)
        {
            text.AppendLine($"refused: {string.Join(" with ", values)}: {message}");
        }

        return text.ToString();
    }

    private sealed record Outcome(double[] Before, double[] Weights, double[] Numbers, Exception? Refusal)
    {
        /// <summary>Gets how many parameters the run has made. TorchSharp counts each a second time as a tensor, which it never takes back.</summary>
        public long Counted { get; set; }
    }

    /// <summary>One value of each factor, and the run that it is.</summary>
    private sealed class Choice(string[] values)
    {
        public bool IsSplit => Is("micro-batches");

        public bool IsDouble => Is("float64");

        // Dropout draws for each part, and batch normalization sees each part, as documented; clipping and averages follow the gradient.
        public bool PromisesUnsplit => Is("plain") && !Is("normalizing connector") && !Is("bfloat16 layers") && Value("non-finite") == "stop";

        private torch.ScalarType Type => IsDouble ? torch.ScalarType.Float64 : torch.ScalarType.Float32;

        public bool Applies(string[] pair) => pair.All(Is)
            && !(pair.Contains("ensemble") && !Uses("teacher")) && !(pair.Contains("function") && !Uses("teacher"));

        public Choice Unsplit() => new([.. values.Select((value, factor) => Factors[factor].Name == "pieces" ? "whole" : value)]);

        public override string ToString() => string.Join(", ", values.Select((value, factor) => $"{Factors[factor].Name}: {value}"));

        public Outcome Run(CheckpointOptions? checkpoints)
        {
            using var scope = torch.NewDisposeScope();
            var network = (Net)new Net(hidden: 5, seed: 1, normalizes: Is("normalizes"), drops: Is("drops")).to(Type);
            double[] before = Numbers(network);
            IDistillationLoss loss = Loss();
            var original = (Net)new Net(hidden: 8, seed: 2).to(Type);
            var second = (Net)new Net(hidden: 4, seed: 3).to(Type);
            Outcome outcome = Run(network, original, second, loss, before, checkpoints);
            Module[] made = [.. new[] { network, original, second, loss.Module }.OfType<Module>()];

            // Those of other types are made in float32 first.
            outcome.Counted = made.Sum(module => module.parameters().Count()) * (IsDouble ? 2 : 1);
            foreach (Tensor tensor in made.SelectMany(module => module.parameters().Select(one => (Tensor)one).Concat(module.buffers())).ToArray())
            {
                tensor.Dispose();
            }

            return outcome;
        }

        private Outcome Run(Net network, Net original, Net second, IDistillationLoss loss, double[] before, CheckpointOptions? checkpoints)
        {
            try
            {
                IStudent student = Is("bfloat16 layers") ? Student.From(network).InBFloat16() : Student.From(network);
                TrainingResult result = Train(student, original, second, loss, Options(checkpoints));
                double[] weights = [.. Numbers(network), .. loss.Module is { } learned ? Numbers(learned) : []];
                IEnumerable<double> reports = result.History.SelectMany(report =>
                    (double[])[report.Loss, report.GradientNorm ?? 0, report.LearningRate, report.Skipped, report.Validation?.NegativeLogLikelihood ?? 0]);
                return new(
                    before,
                    weights,
                    [.. weights, .. Is("joint") ? Numbers(original) : [], .. reports.Where(double.IsFinite), result.Position.Step, (double)result.Status],
                    Refusal: null);
            }
            catch (Exception refusal) when (refusal is ArgumentException or InvalidOperationException or NotSupportedException)
            {
                return new(before, Numbers(network), Numbers(network), refusal);
            }
        }

        private bool Is(string value) => values.Contains(value);

        private string Value(string factor) => values[Array.FindIndex(Factors, one => one.Name == factor)];

        private bool Uses(string factor) => factor != "teacher" || Is("distillation");

        private TrainingResult Train(IStudent student, Net original, Net second, IDistillationLoss loss, TrainerOptions options)
        {
            IDataSource data = Data();
            IDataSource? validation = Is("nothing") ? null : data;
            if (Is("joint"))
            {
                return new JointTrainer(Student.From(original), student, loss, new HardLabelLoss(), options).Fit(data, validation);
            }

            if (Is("supervised"))
            {
                return new SupervisedTrainer(student, loss, options).Fit(data, validation);
            }

            ITeacher live = Teacher.From(original);
            ITeacher other = Teacher.From(second);
            FeatureSet layers = loss.Features.Teacher;
            ITeacher teacher = Value("teacher") switch
            {
                "cached" => new CachedTeacher(live, Samples, new MemoryStoreOptions { Features = layers }),
                "ensemble" => new EnsembleTeacher(live, other),
                "cached ensemble" => layers.Count == 0 ? new CachedTeacher(new EnsembleTeacher(live, other), Samples) : live,
                "function" => Teacher.From(inputs => original.call(inputs)),
                _ => live,
            };
            using IDisposable? cache = teacher as CachedTeacher;
            return new DistillationTrainer(teacher, student, loss, options).Fit(data, validation);
        }

        private IDataSource Data()
        {
            Tensor labels = Some.Labels(Samples * Places);
            Tensor inputs = Some.Inputs(Samples * Places, 6, dtype: Type);
            return Is("sequences")
                ? new Sequences(inputs.view(Samples, Places, 6), labels.view(Samples, Places), Some.Inputs(Samples, Places, 9).gt(-0.5))
                : new TensorData(inputs.narrow(0, 0, Samples), labels.narrow(0, 0, Samples));
        }

        private IDistillationLoss Loss() => Value("loss") switch
        {
            "weights and ignored labels" => (0.5 * new SoftTargetLoss(2)) + new HardLabelLoss { ClassWeights = [3, 1, 0.2], IgnoredLabel = 2 },
            "connector" => (0.5 * new HintLoss("in", "in", new LinearConnector())) + new HardLabelLoss(),
            "normalizing connector" => 0.5 * ((2.0 * new HintLoss("in", "in", new Normalizing())) + new SoftTargetLoss()),
            "memory" => new SoftTargetLoss() + (0.1 * new ContrastiveLoss("in", "in", Samples, negatives: 4, dimension: 3)),
            "relations" => new SoftTargetLoss() + new SimilarityPreservingLoss("in", "in"),
            "wrapped" => new StandardizedLoss(new SoftTargetLoss(2) + (0.5 * new HintLoss("in", "in", new LinearConnector())))
                + new AdaptiveWeightLoss(new HardLabelLoss(), RowMeasure.TeacherConfidence),
            "labels" => new HardLabelLoss { LabelSmoothing = 0.1 },
            _ => (new Schedule.Linear(1, 0.5) * new SoftTargetLoss()) + (0.1 * new HardLabelLoss()),
        };

        private TrainerOptions Options(CheckpointOptions? checkpoints) => new()
        {
            Epochs = Epochs,
            BatchSize = 8,
            MicroBatchSize = IsSplit ? 3 : null,
            LastBatch = Is("dropped") ? LastBatch.Drop : LastBatch.Keep,
            Order = Value("order") switch { "sequential" => SampleOrder.Sequential, "blocks" => SampleOrder.Blocks, _ => SampleOrder.Shuffled },
            BlockSize = 4,
            Optimizer = Value("optimizer") switch
            {
                "adamw" => new AdamWOptimizer(0.01),
                "torchsharp" => new CustomOptimizer(0.01, parameters => torch.optim.RMSProp(parameters.Select(one => one.Parameter).ToArray(), momentum: 0.5)),
                _ => new SgdOptimizer(new Schedule.Cosine(0.1)) { Momentum = 0.9 },
            },
            Update = new()
            {
                AverageDecay = Is("averaged") ? 0.7 : null,
                ClipNorm = Is("by norm") ? 0.5 : null,
                ClipValue = Is("by value") ? 0.1 : null,
            },
            Prefetch = Is("two ahead") ? 2 : 0,
            NonFinite = Value("non-finite") switch
            {
                "skip" => new NonFinitePolicy.Skip(),
                "roll back" => new NonFinitePolicy.RollBack(),
                _ => new NonFinitePolicy.Stop(),
            },
            BestBy = Is("best") ? Metric.NegativeLogLikelihood : null,
            EarlyStopping = Is("early stopping") ? new(Metric.Accuracy, Patience: 1, MinimumImprovement: 0.2) : null,
            Checkpoints = checkpoints,
        };

        private static double[] Numbers(Module module) =>
            [.. module.parameters().Select(parameter => (Tensor)parameter).Concat(module.buffers()).SelectMany(tensor => Close.Numbers(tensor))];
    }

    private sealed class Normalizing : Connector
    {
        public override Module<Tensor, Tensor> Create(Tensor student, Tensor teacher) =>
            Sequential(Linear(student.size(1), teacher.size(1)), BatchNorm1d(teacher.size(1)));
    }

    private sealed class Sequences(Tensor inputs, Tensor labels, Tensor mask) : IDataSource
    {
        public long Count => inputs.size(0);

        public Batch Read(Tensor indices) =>
            new MaskedBatch(inputs.index_select(0, indices), labels.index_select(0, indices), indices, mask.index_select(0, indices));
    }
}
