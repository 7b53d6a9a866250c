using Distillation.Data;

namespace Distillation.SmallData;

/// <summary>Recipes worth trying, as candidates for a <see cref="RecipeSearch"/>, which adds plain originals, controls and models of other families.</summary>
public static class Recipes
{
    // With the least pool of a recipe, 8 000, enough for 2 000 steps; more would only take time.
    private const int PoolFactor = 10;

    private const int StrongPool = 24_000;

    /// <summary>
    /// Returns recipes for small images whose background is zero: augmentation, distillation from a kernel ridge on gradients and pixels, the same on strongly
    /// augmented images (<see cref="StrongAugmentation"/>), and that teacher itself.
    /// </summary>
    /// <param name="unlabeled">Real images without labels, for one more recipe: distillation on them; none if not given. They stay the caller's.</param>
    /// <returns>The recipes, from the simplest on.</returns>
    public static IReadOnlyList<Recipe> ForImages(IDataSource? unlabeled = null)
    {
        var teacher = new KernelRidge
        {
            Name = "kernel ridge on gradients and pixels",
            FeatureMap = new HistogramOfGradients { Staggered = true, PixelWeight = 0.5 }.Describe,
        };
        var generator = new RandomChoice(new Mixup(new RandomAffine()), new RandomAffine { Degrees = 10, Scale = 0.1, Pixels = 2 }, new RandomTranslation());
        return
        [
            Recipe.Augment(generator) with { PoolFactor = PoolFactor },
            .. Real(teacher, unlabeled),
            Recipe.Distil(teacher, generator, "distillation on generated samples") with { PoolFactor = PoolFactor, Labeling = new() { KnownShare = 0.5 } },
            Recipe.Distil(teacher, StrongAugmentation(), "distillation on strongly augmented samples") with
            {
                PoolShare = 0.95,
                PoolFactor = PoolFactor,
                MinPoolSize = StrongPool,
                Labeling = new() { KnownShare = 0.5 },
                Training = WithWeightDecay(0.1, stepsFactor: 3),
            },
            Recipe.UseTeacher(teacher, "the teacher itself"),
        ];
    }

    /// <summary>
    /// Returns a generator of images farther from the originals than augmentation usually goes: a third elastic distortions behind affine warps, a third
    /// mixtures of two warped images, a third warped images with a square hidden.
    /// </summary>
    /// <remarks>
    /// Labels of a teacher that knows more than the original bring most on inputs that are not next to the samples; known labels bring less there. Such a pool
    /// takes nearly all of each batch, little weight decay and a long training.
    /// </remarks>
    /// <returns>The generator, for small images whose background is zero.</returns>
    public static ISampleGenerator StrongAugmentation() => new RandomChoice(
        new ElasticTransform().Then(new RandomAffine { Degrees = 20, Scale = 0.2, Pixels = 3 }),
        new Mixup(new RandomAffine { Degrees = 15, Scale = 0.15, Pixels = 2 }),
        new RandomAffine { Degrees = 10, Scale = 0.1, Pixels = 2 }.Then(new Cutout()));

    /// <summary>
    /// Returns recipes for rows of numbers, each feature in the measure of its deviation: rows with noise, distillation on them with two weight decays, and the
    /// teacher itself: the mean of a kernel ridge, extra trees and a logistic regression, weighted by likelihood.
    /// </summary>
    /// <param name="unlabeled">Real rows without labels, for one more recipe: distillation on them; none if not given. They stay the caller's.</param>
    /// <returns>The recipes, from the simplest on.</returns>
    public static IReadOnlyList<Recipe> ForTables(IDataSource? unlabeled = null)
    {
        var teacher = new AverageFitter(new KernelRidge(), new ExtraTrees(), new LogisticRegression()) { ByLikelihood = true };
        var generator = new GaussianNoise();
        Func<TrainerOptions, TrainerOptions> littleDecay = WithWeightDecay(0.1);
        Recipe augmentation = Recipe.Augment(generator) with { PoolFactor = PoolFactor };
        Recipe distillation = Recipe.Distil(teacher, generator, "distillation on generated samples") with { PoolFactor = PoolFactor };
        return
        [
            augmentation,
            augmentation with { Name = "augmentation, weight decay 0.1", Training = littleDecay },
            .. Real(teacher, unlabeled),
            distillation,
            distillation with { Name = "distillation on generated samples, weight decay 0.1", Training = littleDecay },
            Recipe.UseTeacher(teacher, "the teacher itself"),
        ];
    }

    /// <summary>
    /// Returns recipes for rows of numbers with targets of a regression or several labels: mixtures of rows and of their targets, rows with noise, distillation
    /// on both, and the teacher itself: the mean of a kernel ridge, extra trees and a ridge regression, weighted by squared error.
    /// </summary>
    /// <remarks>Features and targets should each have a deviation of about 1 (<see cref="Normalization"/>): the loss of networks is in their units.</remarks>
    /// <param name="unlabeled">Real rows without labels, for one more recipe: distillation on them; none if not given. They stay the caller's.</param>
    /// <returns>The recipes, from the simplest on.</returns>
    public static IReadOnlyList<Recipe> ForTargets(IDataSource? unlabeled = null)
    {
        var teacher = new AverageFitter(new KernelRidge(), new ExtraTrees(), KernelRidge.Linear) { ByLikelihood = true };
        var generator = new RandomChoice(new GaussianNoise(), new Mixup());
        Func<TrainerOptions, TrainerOptions> littleDecay = WithWeightDecay(0.1);
        return
        [
            Recipe.Augment(generator) with { PoolFactor = PoolFactor, Training = littleDecay },
            .. Real(teacher, unlabeled),
            Recipe.Distil(teacher, generator, "distillation on generated samples") with { PoolFactor = PoolFactor, PoolShare = 0.9, Training = littleDecay },
            Recipe.UseTeacher(teacher, "the teacher itself"),
        ];
    }

    /// <summary>Returns the plain recipe with a weight decay of its own.</summary>
    internal static Recipe PlainWithWeightDecay(double weightDecay) => Recipe.Plain with
    {
        Name = FormattableString.Invariant($"plain, weight decay {weightDecay}"),
        Training = WithWeightDecay(weightDecay),
    };

    private static IEnumerable<Recipe> Real(ITeacherFitter teacher, IDataSource? unlabeled) => unlabeled is null
        ? []
        :
        [
            Recipe.Distil(teacher, new UnlabeledPool(unlabeled), "distillation on unlabeled samples") with
            {
                PoolShare = 0.9,
                PoolFactor = 1,
                MinPoolSize = checked((int)unlabeled.Count),
            },
        ];

    // Another optimizer than AdamW stays as it is.
    private static Func<TrainerOptions, TrainerOptions> WithWeightDecay(double weightDecay, int stepsFactor = 1) => common => common with
    {
        Steps = common.Steps * stepsFactor,
        Optimizer = common.Optimizer is AdamWOptimizer optimizer ? optimizer with { WeightDecay = weightDecay } : common.Optimizer,
    };
}
