using Distillation;
using Distillation.Data;
using Distillation.Generation;
using static TorchSharp.torch.nn;
using Sequential = TorchSharp.Modules.Sequential;

namespace QuickStart;

/// <summary>A few labelled images: searches for a recipe that helps a 784-128-10 original, follows it, and measures what it brought.</summary>
internal sealed class SmallData(Images images, int labels, int unlabelled, int seed)
{
    public void Run()
    {
        if (labels + unlabelled > images.Train.Count - 1)
        {
            throw new InvalidDataException($"--labels and --unlabelled together must be below {images.Train.Count}, the number of training images, but are {labels} and {unlabelled}.");
        }

        (IDataSource first, IDataSource rest) = images.Train.SplitStratified((double)labels / images.Train.Count, seed);
        using TensorData labelled = first.InMemory();
        Console.WriteLine($"{labelled.Count} labelled and {unlabelled} unlabelled images of {images.Name}, {images.Test.Count} test images; about a minute");

        var teacher = new AverageFitter(new KernelRidge { Name = "kernel ridge on pixels" }, new KernelRidge { Name = "on gradients", FeatureMap = new HistogramOfGradients().Describe });
        var generator = new Mixture(new Mixup(new ImageAffine()), new ImageAffine { Degrees = 10, Scale = 0.1, Pixels = 2 });
        List<Recipe> candidates =
        [
            Recipe.Plain with { Name = "plain, weight decay 4", Training = WithWeightDecay(4) },
            Recipe.Plain with { Name = "plain, weight decay 1", Training = WithWeightDecay(1) },
            Recipe.Augment(generator),
            Recipe.Distil(teacher, generator, "distillation on generated images") with { Labelling = new() { KnownShare = 0.5 } },
            Recipe.UseTeacher(teacher, "the teacher itself"),
        ];
        if (unlabelled > 0)
        {
            candidates.Add(Recipe.Distil(teacher, new UnlabelledPool(rest.Subset(Enumerable.Range(0, unlabelled).Select(number => (long)number))), "distillation on unlabelled images"));
        }

        using var originals = new Originals(labelled, classes: 10);
        RecipeSearchResult found = new RecipeSearch(() => Mlp(128), candidates, new RecipeSearchOptions { Seed = seed }).Run(originals);
        foreach (RecipeScore score in found.Scores)
        {
            Console.WriteLine(FormattableString.Invariant($"  {score.Recipe.Name,-36} NLL {score.Mean:0.000} on held-out samples"));
        }

        Console.WriteLine(found.Describe());
        Console.WriteLine($"For the original it chooses '{found.ChosenForOriginal.Name}'. Whatever it chooses, this is what '{Best(found, RecipeKind.Distillation).Name}' brings on the test images:");
        var options = new ModelDistillationOptions { Seed = seed, Classes = 10, PlainTraining = Best(found, RecipeKind.Plain).Training };
        using ModelDistillationResult result = new ModelDistillation(() => Mlp(128), () => Mlp(64), Best(found, RecipeKind.Distillation), options).Run(labelled, images.Test);
        Console.WriteLine(result.Report!.Describe());
    }

    private static Recipe Best(RecipeSearchResult found, RecipeKind kind) => found.Scores.Where(score => score.Recipe.Kind == kind).MinBy(score => score.Mean)!.Recipe;

    private static TrainerOptions WithWeightDecay(double strength) => RecipeSearchOptions.DefaultTraining with { Optimizer = new AdamW(new Schedule.Cosine(3e-3)) { WeightDecay = strength } };

    private static Sequential Mlp(int hidden) => Sequential(("flatten", Flatten()), ("in", Linear(784, hidden)), ("act", ReLU()), ("out", Linear(hidden, 10)));
}
