namespace Distillation.Generation;

/// <summary>Recipes worth trying, as candidates for a <see cref="RecipeSearch"/>.</summary>
public static class Recipes
{
    // With the least pool of a recipe, 8 000, enough for 2 000 steps; more would only take time.
    private const int PoolFactor = 10;

    /// <summary>Gives recipes for small images whose background is zero: plain with AdamW and much or little weight decay, augmentation, distillation from a kernel ridge on gradients and pixels, and that teacher itself.</summary>
    /// <param name="unlabelled">Real images without labels, for one more recipe: distillation on them; none if not given. They stay the caller's.</param>
    /// <returns>The recipes, from the simplest on.</returns>
    public static IReadOnlyList<Recipe> ForImages(IDataSource? unlabelled = null)
    {
        var teacher = new KernelRidge { Name = "kernel ridge on gradients and pixels", FeatureMap = new HistogramOfGradients { Staggered = true, PixelWeight = 0.5 }.Describe };
        return From(teacher, new Mixture(new Mixup(new ImageAffine()), new ImageAffine { Degrees = 10, Scale = 0.1, Pixels = 2 }, new ImageShift()), knownShare: 0.5, unlabelled);
    }

    /// <summary>Gives recipes for rows of numbers, each feature in the measure of its deviation: the same with jittered rows, and a kernel ridge on the rows as the teacher.</summary>
    /// <param name="unlabelled">Real rows without labels, for one more recipe: distillation on them; none if not given. They stay the caller's.</param>
    /// <returns>The recipes, from the simplest on.</returns>
    public static IReadOnlyList<Recipe> ForTables(IDataSource? unlabelled = null) => From(new KernelRidge(), new Jitter(), knownShare: 0, unlabelled);

    private static List<Recipe> From(ITeacherFitter teacher, ISampleGenerator generator, double knownShare, IDataSource? unlabelled)
    {
        List<Recipe> recipes = [Plain(4), Plain(1), Recipe.Augment(generator) with { PoolFactor = PoolFactor }];
        if (unlabelled is not null)
        {
            recipes.Add(Recipe.Distil(teacher, new UnlabelledPool(unlabelled), "distillation on unlabelled samples") with { PoolShare = 0.9, PoolFactor = 1, LeastPool = checked((int)unlabelled.Count) });
        }

        recipes.Add(Recipe.Distil(teacher, generator, "distillation on generated samples") with { PoolFactor = PoolFactor, Labelling = new() { KnownShare = knownShare } });
        recipes.Add(Recipe.UseTeacher(teacher, "the teacher itself"));
        return recipes;
    }

    private static Recipe Plain(double weightDecay) => Recipe.Plain with
    {
        Name = FormattableString.Invariant($"plain, weight decay {weightDecay}"),
        Training = common => common with { Optimizer = new AdamW(new Schedule.Cosine(3e-3)) { WeightDecay = weightDecay } },
    };
}
