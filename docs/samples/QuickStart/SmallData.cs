using Distillation;
using Distillation.Data;
using Distillation.Generation;
using static TorchSharp.torch.nn;
using Sequential = TorchSharp.Modules.Sequential;

namespace QuickStart;

/// <summary>A few labelled images: searches for a recipe that helps a 784-128-10 original, follows it, and measures what it brought.</summary>
internal sealed class SmallData(Images images, int labels, int seed)
{
    public void Run()
    {
        if (labels >= images.Train.Count)
        {
            throw new InvalidDataException($"--labels must be below {images.Train.Count}, the number of training images, but is {labels}.");
        }

        using TensorData labelled = images.Train.SplitStratified((double)labels / images.Train.Count, seed).Train.InMemory();
        Console.WriteLine($"{labelled.Count} labelled images of {images.Name}, {images.Test.Count} test images; about a minute");

        var teacher = new AverageFitter(new KernelRidge { Name = "kernel ridge on pixels" }, new KernelRidge { Name = "on gradients", FeatureMap = new HistogramOfGradients().Describe });
        var generator = new Mixture(new Mixup(new ImageShift()), new ImageAffine());
        Recipe[] candidates =
        [
            Recipe.Plain with { Name = "plain, weight decay 4", Training = WithWeightDecay(4) }, Recipe.Plain with { Name = "plain, weight decay 1", Training = WithWeightDecay(1) },
            Recipe.Augment(generator), Recipe.Distil(teacher, generator), Recipe.UseTeacher(teacher),
        ];

        using var originals = new Originals(labelled, classes: 10);
        RecipeSearchResult found = new RecipeSearch(() => Mlp(128), candidates, new RecipeSearchOptions { Seed = seed }).Run(originals);
        foreach (RecipeScore score in found.Scores)
        {
            Console.WriteLine(FormattableString.Invariant($"  {score.Recipe.Name,-60} NLL {score.Mean:0.000} on held-out samples"));
        }

        Console.WriteLine(found.Describe());
        Recipe plain = found.Scores.Where(score => score.Recipe.Kind == RecipeKind.Plain).MinBy(score => score.Mean)!.Recipe;
        var options = new ModelDistillationOptions { Seed = seed, Classes = 10, PlainTraining = plain.Training };
        using ModelDistillationResult result = new ModelDistillation(() => Mlp(128), () => Mlp(64), found.ChosenForOriginal, options).Run(labelled, images.Test);
        Console.WriteLine(result.Report!.Describe());
    }

    private static TrainerOptions WithWeightDecay(double strength) => RecipeSearchOptions.DefaultTraining with { Optimizer = new AdamW(new Schedule.Cosine(3e-3)) { WeightDecay = strength } };

    private static Sequential Mlp(int hidden) => Sequential(("flatten", Flatten()), ("in", Linear(784, hidden)), ("act", ReLU()), ("out", Linear(hidden, 10)));
}
