using Distillation;
using Distillation.Evaluation;
using Distillation.Losses;
using Distillation.Reports;
using Distillation.Training;
using Sequential = TorchSharp.Modules.Sequential;

namespace QuickStart;

/// <summary>An original of 784-128-10, a student of 784-64-10 trained alone, and the same student distilled from the original, for each seed.</summary>
internal sealed class Compression(Images raw, int epochs, IReadOnlyList<int> seeds, string? save) : IJob
{
    public Findings Run()
    {
        using Images images = raw.Normalized();
        var trials = new List<Trial>();
        Display.Run(seeds.Select(seed => new Step(FormattableString.Invariant($"seed {seed}"), progress =>
        {
            trials.Add(Run(images, seed, progress, trials.Count == 0 ? save : null));
            return $"original {Spread.Percent(trials[^1].Original.Report.Accuracy)}, alone {Spread.Percent(trials[^1].Alone.Report.Accuracy)}, "
                + $"distilled {Spread.Percent(trials[^1].Distilled.Report.Accuracy)}";
        })));

        Arm original = Arm("original 784-128-10", trial => trial.Original);
        Arm alone = Arm("student 784-64-10, alone", trial => trial.Alone);
        Arm distilled = Arm("student 784-64-10, distilled", trial => trial.Distilled);
        Spread accuracy = Spread.Of(alone.Accuracy.Values, distilled.Accuracy.Values);
        Spread likelihood = Spread.Of(alone.NegativeLogLikelihood.Values, distilled.NegativeLogLikelihood.Values);
        CompressionRatio ratio = trials[0].Original.Cost.DividedBy(trials[0].Distilled.Cost);
        return new(
            "compression",
            "Compression",
            FormattableString.Invariant($"{images.Train.Count} training images, {images.Test.Count} test images ({images.Name}); {Spread.Describe(seeds)}"),
            new Dictionary<string, ReportCell> { ["data"] = images.Name, ["seed"] = seeds[0], ["seeds"] = seeds.Count, ["epochs"] = epochs },
            [ArmBlocks.Summary([original, alone, distilled])],
            [
                FormattableString.Invariant(
                    $"distilled against alone: {accuracy.Show("+0.0;-0.0", 100)} points of accuracy, {likelihood.Show("+0.000;-0.000")} NLL; ")
                    + FormattableString.Invariant($"{ratio.Parameters:F1} times fewer parameters than the original"),
            ],
            [.. ArmBlocks.Figures([original, alone, distilled], "seed", seeds), Ratios(ratio)]);

        Arm Arm(string name, Func<Trial, Outcome> of) => new(name, [.. trials.Select(trial => of(trial).Report)])
        {
            Parameters = of(trials[0]).Cost.Parameters,
            LatencyMicroseconds = new(trials.Select(trial => of(trial).Cost.Latency.TotalMicroseconds)),
        };
    }

    private static ReportTable Ratios(CompressionRatio ratio) => new(
        ["cost", "original / student"],
        [
            ["parameters", ratio.Parameters],
            ["bytes", ratio.Bytes],
            ["multiply-adds", ratio.MultiplyAdds is { } count ? (ReportCell)count : "unknown"],
            ["latency", ratio.Latency],
        ])
    {
        Title = "Costs",
    };

    private Trial Run(Images images, int seed, IProgress<double> progress, string? path)
    {
        TrainerOptions options = new() { Epochs = epochs, Seed = seed, Optimizer = new AdamWOptimizer(new Schedule.Cosine(2e-3)) { WeightDecay = 3 } };
        using Sequential original = Networks.Mlp(128, seed);
        using Sequential alone = Networks.Mlp(64, seed);
        using Sequential distilled = Networks.Mlp(64, seed);

        new SupervisedTrainer(Student.From(original), options: options).Fit(images.Train, progress: Third(0));
        new SupervisedTrainer(Student.From(alone), options: options).Fit(images.Train, progress: Third(1));

        var loss = (0.9 * new SoftTargetLoss(temperature: 2)) + (0.1 * new HardLabelLoss());
        new DistillationTrainer(Teacher.From(original), Student.From(distilled), loss, options).Fit(images.Train, progress: Third(2));

        if (path is not null)
        {
            WholeFile.Write(path, draft => distilled.save(draft));
        }

        return new(Outcome(original), Outcome(alone), Outcome(distilled));

        Part Third(int number) => new(progress, number / 3.0, 1 / 3.0);

        Outcome Outcome(Sequential network)
        {
            using Tensor sample = images.Test.Inputs.narrow(0, 0, 1);
            return new(Evaluator.Evaluate(Teacher.From(network), images.Test), ModelCost.Measure(network, sample, runs: 200));
        }
    }

    /// <summary>What came of one seed.</summary>
    private sealed record Trial(Outcome Original, Outcome Alone, Outcome Distilled);

    /// <summary>How well a model does, and what it costs.</summary>
    private sealed record Outcome(EvaluationReport Report, ModelCost Cost);
}
