using Distillation;
using Distillation.SmallData;

namespace QuickStart;

/// <summary>What the jobs on few images are made of.</summary>
internal static class Ingredients
{
    /// <summary>Gets small warps, which leave an image in its class.</summary>
    public static ISampleGenerator Warps { get; } = new RandomAffine { Degrees = 10, Scale = 0.1, Pixels = 2 };

    /// <summary>Gets small warps, and mixtures of two warped images.</summary>
    public static ISampleGenerator Mixed { get; } = new RandomChoice(new Mixup(new RandomAffine()), Warps);

    public static TrainerOptions Training(double weightDecay) =>
        RecipeSearchOptions.DefaultTraining with { Optimizer = new AdamWOptimizer(new Schedule.Cosine(3e-3)) { WeightDecay = weightDecay } };
}
