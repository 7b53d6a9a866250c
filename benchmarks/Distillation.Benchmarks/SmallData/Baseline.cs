using Distillation.Data;
using Distillation.Evaluation;
using Distillation.Losses;
using Distillation.SmallData;
using Distillation.Training;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Benchmarks.SmallData;

/// <summary>The models of all cases, and how each is trained: the same steps, AdamW along a cosine; only the weight decay differs.</summary>
internal static class Baseline
{
    /// <summary>Gets the weight decays among which plain models find theirs.</summary>
    public static IReadOnlyList<double> WeightDecays { get; } = [0.1, 0.3, 1, 3, 10];

    public static Sequential Mlp(long inputs, long hidden, long classes) =>
        Sequential(("flatten", Flatten()), ("in", Linear(inputs, hidden)), ("act", ReLU()), ("out", Linear(hidden, classes)));

    public static TrainerOptions Training(double weightDecay, int steps = 2_000) =>
        RecipeSearchOptions.DefaultTraining with { Steps = steps, Optimizer = new AdamWOptimizer(new Schedule.Cosine(3e-3)) { WeightDecay = weightDecay } };

    /// <summary>
    /// Finds the weight decay for training on the labeled samples alone, by the likelihood of held-out ones in three folds. Nothing but the training data is
    /// looked at.
    /// </summary>
    public static TrainerOptions Tuned(Func<Sequential> make, TensorData samples, int seed, int steps = 2_000)
    {
        IReadOnlyList<(IDataSource Train, IDataSource HeldOut)> folds = samples.SplitInFolds(3, seed);
        return WeightDecays.Select(weightDecay => Training(weightDecay, steps))
            .MinBy(training => folds.Average(fold => Train(make, fold.Train, training, seed, fold.HeldOut).NegativeLogLikelihood))!;
    }

    /// <summary>Trains a new model and measures it.</summary>
    public static EvaluationReport Train(Func<Sequential> make, IDataSource samples, TrainerOptions training, int seed, IDataSource test)
    {
        torch.manual_seed(seed);
        using Sequential model = make();
        new SupervisedTrainer(Student.From(model), new HardLabelLoss(), training with { Seed = seed }).Fit(samples);
        model.eval();
        return Evaluator.Evaluate(Teacher.From(model), test);
    }
}
