using Distillation;
using Distillation.Evaluation;
using Distillation.Reports;
using Distillation.Serialization;
using Distillation.SmallData;
using Distillation.Training;
using Sequential = TorchSharp.Modules.Sequential;

namespace QuickStart;

/// <summary>
/// Trains the convolutional teacher that comes with the program, on mirrored and moved images, another view of each in each epoch. A run that was interrupted
/// goes on where it was.
/// </summary>
internal sealed class TeacherTraining(Images images, int epochs, int seed, string file) : IJob
{
    public Findings Run()
    {
        torch.manual_seed(seed);
        using Sequential network = Networks.Convolutional();
        using var originals = new LabeledSamples(images.Train, classes: 10);
        IDataSource views = originals.Generate(new RandomHorizontalFlip().Then(new RandomTranslation(2)), epochs * images.Train.Count, seed);
        var options = new TrainerOptions
        {
            Epochs = 1,
            BatchSize = 128,
            Seed = seed,
            Optimizer = new AdamWOptimizer(new Schedule.OneCycle(5e-3)) { WeightDecay = 0.05 },
            Checkpoints = new(file + ".checkpoints") { EveryInterval = TimeSpan.FromSeconds(30) },
        };
        Display.Run([new("teacher", progress =>
        {
            TrainingResult result = new SupervisedTrainer(Student.From(network), options: options).Fit(views, progress: new Parts(progress, [1]).Of(0));
            if (result.Status == TrainingStatus.Terminated)
            {
                throw new OperationCanceledException("The teacher is not trained to its end; the same command goes on.");
            }

            return $"{epochs} epochs";
        })]);

        EvaluationReport report = Evaluator.Evaluate(Teacher.From(network), images.Test);
        ModuleWeights.Save(network, file, new Dictionary<string, string> { ["accuracy"] = Spread.Percent(report.Accuracy) });
        return new(
            "teacher",
            "Teacher",
            FormattableString.Invariant($"{images.Train.Count} training images, {images.Test.Count} test images ({images.Name}); seed {seed}"),
            new Dictionary<string, ReportCell> { ["data"] = images.Name, ["seed"] = seed, ["epochs"] = epochs },
            [ArmBlocks.Summary([new Arm("convolutional teacher", [report])])],
            [$"The weights are in {file}."],
            ArmBlocks.Figures([new Arm("convolutional teacher", [report])], "seed", [seed]));
    }
}
