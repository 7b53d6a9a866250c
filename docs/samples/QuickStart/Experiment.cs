using Distillation;
using Distillation.Evaluation;
using Distillation.Losses;
using Distillation.Training;
using static TorchSharp.torch.nn;
using Sequential = TorchSharp.Modules.Sequential;

namespace QuickStart;

/// <summary>One seed: an original of 784-128-10, a student of 784-64-10 trained alone, and the same student distilled from the original.</summary>
internal sealed class Experiment(Images images, int epochs)
{
    public Trial Run(int seed, IProgress<double>? progress = null, string? save = null)
    {
        TrainerOptions options = new() { Epochs = epochs, Seed = seed, Optimizer = new AdamW(new Schedule.Cosine(2e-3)) { WeightDecay = 3 } };
        using Sequential original = Mlp(128, seed);
        using Sequential alone = Mlp(64, seed);
        using Sequential distilled = Mlp(64, seed);

        new SupervisedTrainer(Student.From(original), options: options).Fit(images.Train, progress: Third(0));
        new SupervisedTrainer(Student.From(alone), options: options).Fit(images.Train, progress: Third(1));

        var loss = (0.9 * new SoftTargetLoss(temperature: 2)) + (0.1 * new HardLabelLoss());
        new DistillationTrainer(Teacher.From(original), Student.From(distilled), loss, options).Fit(images.Train, progress: Third(2));

        if (save is not null)
        {
            Save(distilled, save);
        }

        return new(seed, Outcome(original), Outcome(alone), Outcome(distilled));

        Part Third(int number) => new(progress, number / 3.0, 1 / 3.0);
    }

    private static Sequential Mlp(int hidden, int seed)
    {
        TorchSharp.torch.manual_seed(seed);
        return Sequential(("flatten", Flatten()), ("in", Linear(784, hidden)), ("act", ReLU()), ("out", Linear(hidden, 10)));
    }

    // Written aside and moved, so that the file is whole or not there.
    private static void Save(Sequential network, string path)
    {
        string draft = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            network.save(draft);
            File.Move(draft, path, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    private Outcome Outcome(Sequential network)
    {
        using Tensor sample = images.Test.Inputs.narrow(0, 0, 1);
        return new(Evaluator.Evaluate(Teacher.From(network), images.Test), ModelCost.Measure(network, sample, runs: 200));
    }

    /// <summary>Tells the share of a run as a part of the whole.</summary>
    private sealed class Part(IProgress<double>? whole, double start, double share) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => whole?.Report(start + (share * value.Position.Fraction));
    }
}
