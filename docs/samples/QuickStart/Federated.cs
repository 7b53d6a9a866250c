using System.Globalization;
using Distillation;
using Distillation.Data;
using Distillation.Evaluation;
using Distillation.Reports;
using Distillation.SmallData;
using Distillation.Training;
using Sequential = TorchSharp.Modules.Sequential;

namespace QuickStart;

/// <summary>
/// Labeled images in several places, none of which shows its own to another: what they learn from each other's models, and from generated samples.
/// </summary>
internal sealed class Federated : IJob
{
    private const int Steps = 1_000;

    private readonly Images _images;
    private readonly int _classesEach;
    private readonly bool _lackClasses;
    private readonly int _seed;
    private readonly IReadOnlyDictionary<string, ReportCell> _settings;
    private readonly IReadOnlyList<IReadOnlyList<long>> _dealt;
    private readonly TrainerOptions _plainTraining = Ingredients.Training(weightDecay: 4) with { Steps = Steps };

    public Federated(Images images, int count, int? classesEach, int? samplesEach, int seed)
    {
        long[] labels = images.TrainLabels();
        int classes = labels.Distinct().Count();
        int samples = samplesEach ?? Math.Min(100, labels.Length / count);
        (_images, _classesEach, _seed) = (images, classesEach ?? classes, seed);
        Require(_classesEach <= classes, $"--classes-each must be at most {classes}, the number of classes, but is {_classesEach}.");
        Require(
            (long)count * _classesEach >= classes,
            $"--count times --classes-each must be at least {classes}, so that every class is somewhere, but is {count} times {_classesEach}.");
        Require(
            (long)count * samples <= labels.Length,
            $"--count times --samples-each must be at most {labels.Length}, the number of training images, but is {count} times {samples}.");
        Require(samples >= _classesEach, $"--samples-each must be at least --classes-each, {_classesEach}, but is {samples} with {count} clients.");
        _lackClasses = _classesEach < classes;
        _settings = new Dictionary<string, ReportCell>
        {
            ["data"] = images.Name,
            ["count"] = count,
            ["classes-each"] = _classesEach,
            ["samples-each"] = samples,
            ["seed"] = seed,
            ["steps"] = Steps,
        };
        _dealt = Scattered.Deal(labels, count, _classesEach, samples, seed);
    }

    public Findings Run()
    {
        FederatedRun? models = null;
        FederatedRun? samples = null;
        EvaluationReport? together = null;
        Display.Run(
        [
            new("exchange of models", progress => (models = Exchange(FederatedExchange.Models, progress)).InShort),
            new("exchange of models and samples", progress => (samples = Exchange(FederatedExchange.ModelsAndSamples, progress)).InShort),
            new("all images in one place", progress => Spread.Percent((together = Together(progress)).Accuracy)),
        ]);
        Arm[] arms =
        [
            new("each client alone", models!.Before),
            new("with the models of all", models.After),
            new("with the models and samples of all", samples!.After),
            new("all first models together", [models.Teacher]),
            new("one original of all images in one place", [together!]),
        ];
        return new(
            "federated",
            "Scattered data",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{_dealt.Count} clients of {_classesEach} classes and about {_settings["samples-each"]} images each of {_images.Name}, "
                + $"{_images.Test.Count} test images; mean ± standard deviation of the clients"),
            _settings,
            [ArmBlocks.Summary(arms)],
            [
                models.Description,
                samples.Description,
                FormattableString.Invariant(
                    $"for comparison, one original of all {_dealt.Sum(part => part.Count)} images in one place, without generated ones: ")
                    + string.Create(
                        CultureInfo.InvariantCulture,
                        $"accuracy {Spread.Percent(together!.Accuracy)}, NLL {together.NegativeLogLikelihood:0.000}, "
                        + $"ECE {Spread.Percent(together.ExpectedCalibrationError)}"),
            ],
            [
                .. ArmBlocks.Figures(arms, "client", [.. Enumerable.Range(0, _dealt.Count)]),
                Improvements(models.Improvement, samples.Improvement),
                Clients(models.SamplesOfClass),
            ]);
    }

    private static ReportTable Improvements(PairedComparison models, PairedComparison samples) => new(
        ["exchange", "mean gain of the clients", "from", "to"],
        [
            ["models", models.Mean, models.Interval.Low, models.Interval.High],
            ["models and samples", samples.Mean, samples.Interval.Low, samples.Interval.High],
        ])
    {
        Title = string.Create(CultureInfo.InvariantCulture, $"Gains, {100 * models.Level:0.#} % intervals"),
    };

    private static ReportTable Clients(IReadOnlyList<IReadOnlyDictionary<long, long>> samplesOfClass)
    {
        long[] classes = [.. samplesOfClass.SelectMany(client => client.Keys).Distinct().Order()];
        return new(
            ["client", "images", .. classes.Select(label => FormattableString.Invariant($"class {label}"))],
            samplesOfClass.Select((client, number) => (IReadOnlyList<ReportCell>)
                [number, client.Values.Sum(), .. classes.Select(label => (ReportCell)client.GetValueOrDefault(label))]))
        {
            Title = "Images of the clients",
        };
    }

    private static void Require(bool holds, FormattableString message)
    {
        if (!holds)
        {
            throw new InvalidDataException(FormattableString.Invariant(message));
        }
    }

    // Mixed samples suit clients that have all classes, or get samples of them; where classes are missing, a mixture is too far from what the others know.
    private FederatedRun Exchange(FederatedExchange exchange, IProgress<double> progress)
    {
        ISampleGenerator generator = exchange == FederatedExchange.Models && _lackClasses ? Ingredients.Warps : Ingredients.Mixed;
        var options = new FederatedOptions
        {
            Exchange = exchange,
            Training = RecipeSearchOptions.DefaultTraining with { Steps = Steps },
            PlainTraining = _plainTraining,
            Seed = _seed,
        };
        using FederatedDistillationResult result = new FederatedDistillation(() => Networks.Mlp(128), generator, options)
            .Run([.. _dealt.Select(part => _images.Train.Subset(part))], _images.Test, progress);
        return FederatedRun.Of(result);
    }

    private EvaluationReport Together(IProgress<double> progress)
    {
        using Sequential original = Networks.Mlp(128, _seed);
        using TensorData all = _images.Train.Subset(_dealt.SelectMany(part => part)).InMemory();
        new SupervisedTrainer(Student.From(original), options: _plainTraining with { Seed = _seed }).Fit(all, progress: new Parts(progress, [1]).Of(0));
        return Evaluator.Evaluate(Teacher.From(original), _images.Test);
    }

    /// <summary>What one exchange brought.</summary>
    private sealed record FederatedRun(
        IReadOnlyList<EvaluationReport> Before,
        IReadOnlyList<EvaluationReport> After,
        EvaluationReport Teacher,
        PairedComparison Improvement,
        IReadOnlyList<IReadOnlyDictionary<long, long>> SamplesOfClass,
        string Description)
    {
        public string InShort => $"{Spread.Percent(Before.Average(report => report.Accuracy))} -> {Spread.Percent(After.Average(report => report.Accuracy))}";

        public static FederatedRun Of(FederatedDistillationResult result) => new(
            [.. result.Clients.Select(client => client.ReportBefore!)],
            [.. result.Clients.Select(client => client.ReportAfter!)],
            result.TeacherReport!,
            result.Improvement!,
            [.. result.Clients.Select(client => client.Before.SamplesOfClass)],
            result.Describe());
    }
}
