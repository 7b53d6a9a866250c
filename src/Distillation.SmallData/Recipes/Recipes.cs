namespace Distillation.SmallData;

/// <summary>Recipes worth trying, as candidates for a <see cref="RecipeSearch"/>.</summary>
public static class Recipes
{
    // With the least pool of a recipe, 8 000, enough for 2 000 steps; more would only take time.
    private const int PoolFactor = 10;

    /// <summary>
    /// Gives recipes for small images whose background is zero: plain with AdamW and much or little weight decay, augmentation, distillation from a kernel
    /// ridge on gradients and pixels, and that teacher itself.
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
        return From(
            teacher,
            new RandomChoice(new Mixup(new RandomAffine()), new RandomAffine { Degrees = 10, Scale = 0.1, Pixels = 2 }, new RandomTranslation()),
            knownShare: 0.5,
            unlabeled);
    }

    /// <summary>
    /// Gives recipes for rows of numbers, each feature in the measure of its deviation: the same with jittered rows, and a kernel ridge on the rows as the
    /// teacher.
    /// </summary>
    /// <param name="unlabeled">Real rows without labels, for one more recipe: distillation on them; none if not given. They stay the caller's.</param>
    /// <returns>The recipes, from the simplest on.</returns>
    public static IReadOnlyList<Recipe> ForTables(IDataSource? unlabeled = null) => From(new KernelRidge(), new GaussianNoise(), knownShare: 0, unlabeled);

    private static List<Recipe> From(ITeacherFitter teacher, ISampleGenerator generator, double knownShare, IDataSource? unlabeled)
    {
        List<Recipe> recipes = [Plain(4), Plain(1), Recipe.Augment(generator) with { PoolFactor = PoolFactor }];
        if (unlabeled is not null)
        {
            recipes.Add(Recipe.Distil(teacher, new UnlabeledPool(unlabeled), "distillation on unlabeled samples") with
            {
                PoolShare = 0.9,
                PoolFactor = 1,
                MinPoolSize = checked((int)unlabeled.Count),
            });
        }

        recipes.Add(Recipe.Distil(teacher, generator, "distillation on generated samples") with
        {
            PoolFactor = PoolFactor,
            Labeling = new() { KnownShare = knownShare },
        });
        recipes.Add(Recipe.UseTeacher(teacher, "the teacher itself"));
        return recipes;
    }

    private static Recipe Plain(double weightDecay) => Recipe.Plain with
    {
        Name = FormattableString.Invariant($"plain, weight decay {weightDecay}"),
        Training = common => common with { Optimizer = new AdamWOptimizer(new Schedule.Cosine(3e-3)) { WeightDecay = weightDecay } },
    };
}
