using System.Globalization;
using Distillation;
using Distillation.Caching;
using Distillation.Data;
using Distillation.Evaluation;
using Distillation.Losses;
using Distillation.Onnx;
using Distillation.Reports;
using Distillation.Serialization;
using Distillation.SmallData;
using Distillation.Training;
using Sequential = TorchSharp.Modules.Sequential;

namespace QuickStart;

/// <summary>
/// A student of 784-64-10 that has the labels of the training images alone, and the same student distilled: from a convolutional teacher that has seen all of
/// Fashion-MNIST, on these images, on views of them and on views of other images without labels; and from a teacher that knows nothing but these images.
/// Each seed has its own starting weights and order.
/// </summary>
internal sealed class Compression(Images images, int epochs, IReadOnlyList<int> seeds, string onnxFile) : IJob
{
    private const int BatchSize = 32;
    private const int ViewsOfEach = 6;
    private const double LeastAccuracy = 0.6;

    public Findings Run()
    {
        using Sequential network = Networks.Convolutional();
        ModuleWeights.Load(network, Path.Combine(AppContext.BaseDirectory, "Data", "teacher.safetensors"));
        using ITeacher teacher = Teacher.From(network);
        Outcome taught = Measure(network);
        if (taught.Report.Accuracy < LeastAccuracy)
        {
            throw new InvalidDataException(
                "The teacher that comes with this program knows Fashion-MNIST alone: "
                + $"it is right on {Spread.Percent(taught.Report.Accuracy)} of the test images of {images.Name}.");
        }

        using TensorData views = Views(images.Train);
        using TensorData? others = images.Unlabeled is { } unlabeled ? Views(unlabeled) : null;
        IDataSource most = others is null ? views : new TensorData(views.Inputs).Concat(others);
        using CachedTeacher ofTrain = teacher.Cached(images.Train.Count);
        using CachedTeacher ofMost = teacher.Cached(most.Count);
        Way alone = new("student 784-64-10, alone", images.Train);
        Way best = new(others is null ? "distilled, on views" : "distilled, on views and other images", most)
        {
            Teachers = _ => ofMost,
            WeightDecay = 0.02,
            Passes = 4,
        };
        Way peer = new("network 784-128-10, alone", images.Train) { Hidden = 128 };
        Way distilled = new("distilled", images.Train) { Teachers = _ => ofTrain };
        Way onViews = new("alone, on views", views) { WeightDecay = 0.02, Passes = 4 };
        Way fromPeer = new("distilled from network 784-128-10", images.Train) { Teachers = number => Teacher.From(peer.Students[number]) };
        Way[] ways = [alone, distilled, onViews, best, peer, fromPeer];
        try
        {
            Display.Run(
            [
                new("outputs of the teacher", progress => Fill(ofMost, most, progress)),
                new("students", progress => Run([[best], [onViews], [peer, fromPeer], [alone, distilled]], progress)),
            ]);
            OnnxExport.Write(best.Students[0], onnxFile, [1, 28, 28]);
        }
        finally
        {
            foreach (Sequential student in ways.SelectMany(way => way.Students))
            {
                student.Dispose();
            }
        }

        return Findings(taught, ways, alone, best);
    }

    // By all cores: convolutions are large enough for that.
    private static string Fill(CachedTeacher teacher, IDataSource data, IProgress<double> progress)
    {
        int threads = torch.get_num_threads();
        torch.set_num_threads(Environment.ProcessorCount);
        teacher.Fill(data, progress: progress);
        torch.set_num_threads(threads);
        return FormattableString.Invariant($"{data.Count} images");
    }

    // One chain beside the other, on a thread each; the ways of a chain one after the other.
    private string Run(IReadOnlyList<IReadOnlyList<Way>> chains, IProgress<double> progress)
    {
        Way[] ways = [.. chains.SelectMany(chain => chain)];
        foreach (Way way in ways)
        {
            way.Students.AddRange(seeds.Select(seed => Networks.Mlp(way.Hidden, seed)));
        }

        var parts = new Parts(progress, [.. ways.SelectMany(way => seeds.Select(_ => (double)way.Passes))]);
        ParallelTrainings.Run(chains.Count, Environment.ProcessorCount, (chain, _) =>
        {
            foreach (Way way in chains[chain])
            {
                int first = Array.IndexOf(ways, way) * seeds.Count;
                for (int number = 0; number < seeds.Count; number++)
                {
                    Train(way.Students[number], way, number, parts.Of(first + number));
                }
            }

            return chains[chain].Count;
        });
        foreach (Way way in ways)
        {
            way.Outcomes.AddRange(way.Students.Select(Measure));
        }

        return FormattableString.Invariant($"{ways.Length * seeds.Count} trained");
    }

    private Findings Findings(Outcome taught, IReadOnlyList<Way> ways, Way alone, Way best)
    {
        PairedComparison gain = PairedComparison.Of(alone.Accuracies, best.Accuracies);
        CompressionRatio ratio = taught.Cost.DividedBy(best.Outcomes[0].Cost);
        Arm[] arms = [ArmOf("convolutional teacher", [taught]), .. ways.Select(way => ArmOf(way.Name, way.Outcomes))];
        return new(
            "compression",
            "Compression",
            FormattableString.Invariant($"{images.Train.Count} training images, {images.Test.Count} test images ({images.Name}); {Spread.Describe(seeds)}"),
            new Dictionary<string, ReportCell> { ["data"] = images.Name, ["seed"] = seeds[0], ["seeds"] = seeds.Count, ["epochs"] = epochs },
            [ArmBlocks.Summary(arms)],
            [
                FormattableString.Invariant($"{best.Name} against {alone.Name}: {Points(gain.Mean)} points of accuracy ")
                    + $"(95 % interval over seeds {Points(gain.Interval.Low)} to {Points(gain.Interval.High)}): "
                    + (gain.IsSignificant ? gain.Mean > 0 ? "distillation helps." : "distillation harms." : "no difference is shown."),
                FormattableString.Invariant($"{ratio.Parameters:F1} times fewer parameters than the teacher, ")
                    + FormattableString.Invariant($"{ratio.MultiplyAdds:F0} times fewer multiply-adds"),
                $"The student '{best.Name}' is in {onnxFile}.",
            ],
            [.. ArmBlocks.Figures(arms, "seed", seeds), Ratios(ratio)]);
    }

    private static string Points(double share) => (100 * share).ToString("+0.0;-0.0", CultureInfo.InvariantCulture);

    private static Arm ArmOf(string name, IReadOnlyList<Outcome> outcomes) => new(name, [.. outcomes.Select(outcome => outcome.Report)])
    {
        Parameters = outcomes[0].Cost.Parameters,
        LatencyMicroseconds = new(outcomes.Select(outcome => outcome.Cost.Latency.TotalMicroseconds)),
    };

    private static ReportTable Ratios(CompressionRatio ratio) => new(
        ["cost", "teacher / student"],
        [
            ["parameters", ratio.Parameters],
            ["bytes", ratio.Bytes],
            ["multiply-adds", ratio.MultiplyAdds is { } count ? (ReportCell)count : "unknown"],
            ["latency", ratio.Latency],
        ])
    {
        Title = "Costs",
    };

    private static TensorData Views(TensorData originals)
    {
        using var samples = new LabeledSamples(originals, classes: 10);
        return samples.Generate(new RandomTranslation(), ViewsOfEach * originals.Count).InMemory();
    }

    private void Train(Sequential student, Way way, int number, IProgress<TrainingProgress> progress)
    {
        var options = new TrainerOptions
        {
            Steps = Math.Max(1, (int)(way.Passes * epochs * images.Train.Count / BatchSize)),
            BatchSize = BatchSize,
            Seed = seeds[number],
            Optimizer = new AdamWOptimizer(new Schedule.Cosine(3e-3)) { WeightDecay = way.WeightDecay },
        };
        if (way.Teachers(number) is { } teacher)
        {
            new DistillationTrainer(teacher, Student.From(student), new SoftTargetLoss(temperature: 2), options).Fit(way.Data, progress: progress);
        }
        else
        {
            new SupervisedTrainer(Student.From(student), options: options).Fit(way.Data, progress: progress);
        }
    }

    private Outcome Measure(Sequential network)
    {
        using Tensor sample = images.Test.Inputs.narrow(0, 0, Math.Min(Arm.ImagesAtOnce, images.Test.Count));
        return new(Evaluator.Evaluate(Teacher.From(network), images.Test), ModelCost.Measure(network, sample, runs: 20));
    }

    /// <summary>How a student is trained, and what came of it for each seed.</summary>
    private sealed class Way(string name, IDataSource data)
    {
        public string Name => name;

        public IDataSource Data => data;

        public int Hidden { get; init; } = 64;

        /// <summary>Gets the weight decay.</summary>
        public double WeightDecay { get; init; } = 1;

        /// <summary>Gets how many times as many updates there are as on the training images alone.</summary>
        public int Passes { get; init; } = 1;

        /// <summary>Gets the teacher for the seed of a number; none: the labels alone.</summary>
        public Func<int, ITeacher?> Teachers { get; init; } = _ => null;

        public List<Sequential> Students { get; } = [];

        public List<Outcome> Outcomes { get; } = [];

        public IReadOnlyList<double> Accuracies => [.. Outcomes.Select(outcome => outcome.Report.Accuracy)];
    }

    /// <summary>How well a model does, and what it costs.</summary>
    private sealed record Outcome(EvaluationReport Report, ModelCost Cost);
}
