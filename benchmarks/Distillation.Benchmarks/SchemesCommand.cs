using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Distillation.Benchmarks.SmallData;
using Distillation.Caching;
using Distillation.Compression;
using Distillation.Data;
using Distillation.Evaluation;
using Distillation.Losses;
using Distillation.Serialization;
using Distillation.SmallData;
using Distillation.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Distillation.Benchmarks;

/// <summary>
/// A residual teacher of 0.70 M parameters, trained on all of Fashion-MNIST, and students: a residual network of a sixteenth of that, alone and by several
/// losses and schemes, and one that is cut out of the teacher. The others with one seed begin with the same
/// weights; all make the same number of updates.
/// </summary>
internal static class SchemesCommand
{
    private const int BatchSize = 128;
    private const string Case = "Fashion-MNIST";

    public static int Run(string[] args)
    {
        var directory = new Argument<string>("DIRECTORY") { Description = "The four files of Fashion-MNIST (*-ubyte.gz)." };
        var results = new Option<string>("--results")
        {
            Description = "The file with the results, which is continued.",
            DefaultValueFactory = _ => "schemes.jsonl",
        };
        var seed = new Option<int>("--seed") { Description = "The first seed.", DefaultValueFactory = _ => 1 };
        var seeds = new Option<int>("--seeds") { Description = "How many seeds.", DefaultValueFactory = _ => 3 };
        var teacherEpochs = new Option<int>("--teacher-epochs") { Description = "The epochs of the teacher.", DefaultValueFactory = _ => 9 };
        var epochs = new Option<int>("--epochs") { Description = "The epochs of each student.", DefaultValueFactory = _ => 12 };
        var weights = new Option<string>("--teacher")
        {
            Description = "The file of the teacher's weights; it is trained if there is none, and goes on where it was interrupted.",
            DefaultValueFactory = _ => "residual-teacher.safetensors",
        };
        var arms = new Option<string>("--arms") { Description = "Some of the arms, with commas between; all if not given." };
        var command = new RootCommand("Compares schemes on all of Fashion-MNIST.")
        {
            directory, results, seed, seeds, teacherEpochs, epochs, weights, arms,
        };
        command.SetAction(parsed =>
        {
            var images = new IdxImages(parsed.GetValue(directory)!);
            using Module<Tensor, Tensor> teacher = Teacher(images, parsed.GetValue(teacherEpochs), parsed.GetValue(weights)!);
            using ITeacher live = Distillation.Teacher.From(teacher);
            using CachedTeacher cached = live.Cached(images.Train.Count);
            cached.Fill(images.Train);
            var log = new ResultLog(parsed.GetValue(results)!);
            foreach (int each in Enumerable.Range(parsed.GetValue(seed), parsed.GetValue(seeds)))
            {
                Compare(images, teacher, live, cached, each, parsed.GetValue(epochs), parsed.GetValue(arms)?.Split(','), log);
            }

            Console.WriteLine(Summary.Of(log.Results));
        });
        return command.Parse(args).Invoke();
    }

    private static Module<Tensor, Tensor> Teacher(IdxImages images, int epochs, string file)
    {
        var network = new ResidualNetwork(width: 32, blocks: 2, stride: 2);
        if (File.Exists(file))
        {
            ModuleWeights.Load(network, file);
        }
        else
        {
            using var originals = new LabeledSamples(images.Train);
            var options = Training(epochs, seed: 0) with
            {
                Augmentation = Views(originals),
                Checkpoints = new(file + ".checkpoints") { EveryInterval = TimeSpan.FromSeconds(30) },
            };
            if (new SupervisedTrainer(Student.From(network), options: options).Fit(images.Train).Status == TrainingStatus.Terminated)
            {
                throw new OperationCanceledException($"The teacher is not trained to its end; this command goes on from '{options.Checkpoints.Directory}'.");
            }

            ModuleWeights.Save(network, file);
        }

        Console.Error.WriteLine($"teacher, {network.parameters().Sum(one => one.numel())} parameters: {Measure(network, images)}");
        return network;
    }

    private static void Compare(
        IdxImages images, Module<Tensor, Tensor> network, ITeacher live, ITeacher cached, int seed, int epochs, string[]? arms, ResultLog log)
    {
        using var originals = new LabeledSamples(images.Train);
        TrainerOptions options = Training(epochs, seed);
        TrainerOptions onViews = options with { Augmentation = Views(originals) };
        IDistillationLoss soft = (0.9 * new SoftTargetLoss(4)) + (0.1 * new HardLabelLoss());
        Dictionary<string, Func<Module<Tensor, Tensor>>> all = new()
        {
            ["plain"] = () => Alone(Small(seed), images, options),
            ["soft targets"] = () => Distilled(Small(seed), cached, soft, images, options),
            ["decoupled"] = () => Distilled(Small(seed), cached, new DecoupledLoss(1, 2, 4) + new HardLabelLoss(), images, options),
            ["exits"] = () => Exits(Small(seed), images, options),
            ["plain on views"] = () => Alone(Small(seed), images, onViews),
            ["soft targets on views"] = () => Distilled(Small(seed), live, soft, images, onViews),
            ["function matching"] = () => Distilled(Small(seed), live, new SoftTargetLoss(1), images, onViews),
            ["pruned teacher"] = () => Distilled(Pruned(network, images), cached, soft, images, options),
            ["pruned teacher on views"] = () => Distilled(Pruned(network, images), live, soft, images, onViews),
        };
        foreach ((string name, Func<Module<Tensor, Tensor>> train) in all)
        {
            if (log.Has(Case, seed, name) || arms?.Contains(name) == false)
            {
                continue;
            }

            using DisposeScope scope = NewDisposeScope();
            long began = Stopwatch.GetTimestamp();
            using Module<Tensor, Tensor> student = train();
            double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            EvaluationReport report = Measure(student, images);
            log.Add([new(Case, seed, name, Scores.Of(report), seconds)]);
            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"seed {seed}, {name}, {student.parameters().Sum(one => one.numel())} parameters, {seconds:0} s: {100 * report.Accuracy:0.00} %"));
        }
    }

    private static TrainerOptions Training(int epochs, int seed) =>
        new() { Epochs = epochs, BatchSize = BatchSize, Seed = seed, Optimizer = new AdamWOptimizer(new Schedule.OneCycle(5e-3)) { WeightDecay = 0.05 } };

    private static ISampleTransform Views(LabeledSamples originals) =>
        new RandomHorizontalFlip().AsAugmentation(originals).Then(new RandomTranslation(2).AsAugmentation(originals));

    // 44 000 parameters.
    private static Module<Tensor, Tensor> Small(int seed) => new ResidualNetwork(width: 8, blocks: 2, stride: 2, seed);

    // Cut to the widths of the small network: the channels stay that change the loss most.
    private static Module<Tensor, Tensor> Pruned(Module<Tensor, Tensor> teacher, IdxImages images)
    {
        var student = new ResidualNetwork(width: 32, blocks: 2, stride: 2);
        student.load_state_dict(teacher.state_dict());
        using TensorData some = images.Train.Subset(0..2048).InMemory();
        ChannelImportance importance = ChannelImportance.OfLoss(some, (logits, batch) => functional.cross_entropy(logits, batch.RequireLabels()));
        StudentBuilder.PruneChannels(student, some.Inputs, new() { Keep = 0.25, ChannelMultiple = 8, Importance = importance });
        return student;
    }

    private static Module<Tensor, Tensor> Alone(Module<Tensor, Tensor> network, IdxImages images, TrainerOptions options)
    {
        new SupervisedTrainer(Student.From(network), options: options).Fit(images.Train);
        return network;
    }

    private static Module<Tensor, Tensor> Exits(Module<Tensor, Tensor> network, IdxImages images, TrainerOptions options)
    {
        IDistillationLoss Exit(string block) => new ExitLoss(block, "_layers.8", (0.9 * new HardLabelLoss()) + (0.1 * new SoftTargetLoss(3)));
        new SupervisedTrainer(Student.From(network), new HardLabelLoss() + Exit("_layers.4") + Exit("_layers.6"), options).Fit(images.Train);
        return network;
    }

    private static Module<Tensor, Tensor> Distilled(
        Module<Tensor, Tensor> network, ITeacher teacher, IDistillationLoss loss, IdxImages images, TrainerOptions options)
    {
        new DistillationTrainer(teacher, Student.From(network), loss, options).Fit(images.Train);
        return network;
    }

    private static EvaluationReport Measure(Module<Tensor, Tensor> network, IdxImages images)
    {
        using ITeacher model = Distillation.Teacher.From(network);
        return Evaluator.Evaluate(model, images.Test);
    }
}
