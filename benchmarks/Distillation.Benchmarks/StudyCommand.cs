using System.CommandLine;
using System.Diagnostics;
using Distillation.Data;
using Distillation.Losses;
using Distillation.SmallData;
using Distillation.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Distillation.Benchmarks;

/// <summary>
/// Counts how often a study is right, on draws of 100 labeled images of Fashion-MNIST for the student: where the teacher has learned from 1 500, and
/// distillation may use those without their labels, it helps; where the teacher has learned nothing but the student's own labels by heart, it brings nothing.
/// </summary>
internal static class StudyCommand
{
    private const int Labeled = 100;
    private const int OfTeacher = 1500;
    private const int Validation = 300;

    public static int Run(string[] args)
    {
        var directory = new Argument<string>("DIRECTORY")
        {
            Description = "The four files of Fashion-MNIST (*-ubyte.gz), or of a subset of 3 000 images or more.",
        };
        var draws = new Option<int>("--draws") { Description = "The number of draws of each case.", DefaultValueFactory = _ => 6 };
        var parallelism = new Option<int>("--parallel")
        {
            Description = "How many trainings run at once.",
            DefaultValueFactory = _ => Environment.ProcessorCount,
        };
        var command = new RootCommand("Counts how often the verdict of a study is right.") { directory, draws, parallelism };
        command.SetAction(parsed =>
        {
            TensorData images = All(parsed.GetValue(directory)!);
            foreach (bool knows in (bool[])[true, false])
            {
                Count(images, knows, parsed.GetValue(draws), parsed.GetValue(parallelism));
            }
        });
        return command.Parse(args).Invoke();
    }

    private static TensorData All(string directory)
    {
        TensorData Of(string part) =>
            ImageData.FromIdx(Path.Combine(directory, $"{part}-images-idx3-ubyte.gz"), Path.Combine(directory, $"{part}-labels-idx1-ubyte.gz"));
        return Of("train").TogetherWith(Of("t10k")).InMemory();
    }

    private static void Count(TensorData images, bool teacherKnowsMore, int draws, int parallelism)
    {
        var verdicts = new List<DistillationVerdict>();
        for (int draw = 0; draw < draws; draw++)
        {
            using var scope = NewDisposeScope();
            long began = Stopwatch.GetTimestamp();
            StudyResult result = Study(images, teacherKnowsMore, draw, parallelism);
            verdicts.Add(result.Verdict);
            Console.WriteLine($"{(teacherKnowsMore ? "more data" : "own labels")}, draw {draw}, {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s: {result}");
        }

        Console.WriteLine(string.Join(", ", Enum.GetValues<DistillationVerdict>().Select(verdict => $"{verdict} {verdicts.Count(one => one == verdict)}")));
    }

    private static StudyResult Study(TensorData images, bool teacherKnowsMore, int draw, int parallelism)
    {
        (IDataSource most, IDataSource rest) = images.SplitStratified((double)OfTeacher / images.Count, draw);
        (IDataSource validation, IDataSource test) = rest.InMemory().SplitStratified((double)Validation / rest.Count, draw);
        TensorData ofTeacher = most.InMemory();
        TensorData train = ofTeacher.SplitStratified((double)Labeled / OfTeacher, draw).Train.InMemory();
        Module<Tensor, Tensor> network = ParallelTrainings.Seeded(draw, () => Network(256));
        _ = new SupervisedTrainer(
            Student.From(network), options: new() { Epochs = teacherKnowsMore ? 15 : 150, Optimizer = new AdamOptimizer(1e-3), Seed = draw })
            .Fit(teacherKnowsMore ? ofTeacher : train);
        using ITeacher teacher = Teacher.From(network).Cached(ofTeacher.Count);
        IDataSource unlabeled = new TensorData(ofTeacher.Inputs);
        StudyCandidate[] candidates = teacherKnowsMore
            ?
            [
                .. from temperature in (double[])[1, 2, 4]
                   select new StudyCandidate($"T = {temperature}, unlabeled", () => new SoftTargetLoss(temperature)) { Train = unlabeled },
            ]
            :
            [
                .. from weight in (double[])[0.5, 0.9]
                   select new StudyCandidate($"weight {weight}", () => (weight * new SoftTargetLoss(1)) + ((1 - weight) * new HardLabelLoss())),
            ];
        var study = new DistillationStudy(
            teacher,
            () => Network(32),
            candidates,
            new() { Training = new() { Steps = 300, BatchSize = 32, Optimizer = new AdamOptimizer(1e-3) }, Parallelism = parallelism, Seed = draw });
        return study.Run(train, validation, test);
    }

    private static Module<Tensor, Tensor> Network(long hidden) => Sequential(Flatten(), Linear(784, hidden), ReLU(), Linear(hidden, 10));
}
