using System.Diagnostics;
using System.Globalization;
using Distillation.Evaluation;
using Distillation.Losses;
using Distillation.SmallData;
using Distillation.Training;
using static TorchSharp.torch.nn;

namespace Distillation.Benchmarks.SmallData;

/// <summary>
/// <c>condense DIR [first seed, 20] [seeds, 3] [samples a class, 10] [mlp or conv] [arms, such as random,herding]</c>: a network trained from scratch on a few
/// samples that stand for all training images, on one thread. DIR has the four files of Fashion-MNIST.
/// </summary>
internal static class CondenseCommand
{
    private const int Width = 32;
    private const int TrainingSteps = 600;

    public static int Run(string[] args)
    {
        if (args.Length == 0)
        {
            Console.Error.WriteLine("condense DIR [first seed, 20] [number of seeds, 3] [samples a class, 10] [mlp or conv] [arms; all if not given]");
            return 1;
        }

        torch.set_num_threads(1);
        int Number(int place, int otherwise) => args.Length > place ? int.Parse(args[place], CultureInfo.InvariantCulture) : otherwise;
        int perClass = Number(3, 10);
        bool isConvolutional = args.ElementAtOrDefault(4) == "conv";
        string[]? wanted = args.ElementAtOrDefault(5)?.Split(',');
        var images = new IdxImages(args[0]);
        var results = new List<Result>();
        using var data = new LabeledSamples(images.Train);
        string name = FormattableString.Invariant($"{perClass} images a class, {(isConvolutional ? "convolutional network" : "784-128-10")}");
        foreach (int seed in Enumerable.Range(Number(1, 20), Number(2, 3)))
        {
            foreach (IDataCondenser condenser in Condensers(data, perClass, isConvolutional).Where(one => wanted?.Any(one.Name.Contains) ?? true))
            {
                using DisposeScope scope = torch.NewDisposeScope();
                var clock = Stopwatch.StartNew();
                using TensorData few = condenser.Condense(data, perClass, seed);
                double seconds = clock.Elapsed.TotalSeconds;
                results.Add(new Result(name, seed, Arm(condenser), Scores.Of(Measure(few, data, isConvolutional, images.Test, seed)), seconds));
                Console.Error.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name}, seed {seed}: {condenser.Name} {100 * results[^1].Scores.Accuracy:0.0} %, {seconds:0} s"));
            }
        }

        Console.WriteLine(Summary.Of(results));
        foreach (IGrouping<string, Result> arm in results.GroupBy(result => result.Arm))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{arm.Key}: {arm.Average(result => result.Seconds):0} s to condense"));
        }

        return 0;
    }

    // The summary compares with an arm of this name.
    private static string Arm(IDataCondenser condenser) => condenser is RandomSubset ? "plain" : condenser.Name;

    private static IReadOnlyList<IDataCondenser> Condensers(LabeledSamples data, int perClass, bool isConvolutional)
    {
        SampleTransform[] changes = [new RandomAffine { Degrees = 15, Scale = 0.2, Pixels = 3 }, new RandomTranslation(2), new Cutout(8)];
        return
        [
            new RandomSubset(),
            new Herding(),
            new KCenterGreedy(),
            new DistributionMatching
            {
                Start = new Herding(),
                Network = isConvolutional ? CondensationNetworks.Embedding(data, Width) : () => Sequential(Flatten(), Linear(784, 512), ReLU()),
                Augmentations = isConvolutional ? changes : [],
                Steps = isConvolutional ? 200 : 1_000,
                RealBatchSize = isConvolutional ? 32 : 256,
            },
            new GradientMatching
            {
                Start = new Herding(),
                Network = Network(data, isConvolutional),
                Augmentations = isConvolutional ? changes : [],
                Networks = isConvolutional ? 10 : 100,
                RealBatchSize = isConvolutional ? 32 : 128,
            },
        ];
    }

    private static Func<Module<Tensor, Tensor>> Network(LabeledSamples data, bool isConvolutional) =>
        isConvolutional ? CondensationNetworks.Classifier(data, Width) : () => Baseline.Mlp(784, 128, 10);

    private static EvaluationReport Measure(TensorData few, LabeledSamples data, bool isConvolutional, IDataSource test, int seed)
    {
        torch.manual_seed(seed);
        using Module<Tensor, Tensor> network = Network(data, isConvolutional)();
        using IStudent student = Student.From(network);
        TrainerOptions training = Baseline.Training(weightDecay: 0.5, TrainingSteps) with { Seed = seed };
        new SupervisedTrainer(student, new HardLabelLoss(), training).Fit(few);
        network.eval();
        using ITeacher teacher = Teacher.From(network);
        return Evaluator.Evaluate(teacher, test);
    }
}
