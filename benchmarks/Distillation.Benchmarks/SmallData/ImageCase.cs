using Distillation.Data;
using Distillation.Evaluation;
using Distillation.SmallData;
using TorchSharp.Modules;

namespace Distillation.Benchmarks.SmallData;

/// <summary>
/// Few labeled images: plain, with new images that have known labels, with the same that have the teacher's, and with real images without labels.
/// </summary>
/// <param name="images">The images.</param>
/// <param name="count">How many have labels.</param>
internal sealed class ImageCase(IdxImages images, int count) : ICase
{
    private const int Unlabeled = 10_000;

    public string Name => FormattableString.Invariant($"images, {count} labels");

    public IEnumerable<(string Arm, Scores Scores)> Run(int seed)
    {
        (TensorData labeled, IDataSource others) = images.Draw(count, seed);
        using TensorData samples = labeled;
        using var originals = new LabeledSamples(samples, classes: 10);
        TrainerOptions tuned = Baseline.Tuned(Original, samples, seed);
        yield return ("plain", Train(Original, samples, tuned));

        Recipe recipe = Recipes.ForImages().First(candidate => candidate.Kind == RecipeKind.Distillation);
        using FittedTeacher fitted = recipe.Teacher!.Fit(originals, seed);
        yield return ("teacher itself", Scores.Of(Evaluator.Evaluate(fitted.Teacher, images.Test)));

        using (TensorData made = Make(recipe.Generator!))
        {
            using TensorData bySelf = made.LabeledBy(fitted.Teacher).InMemory();

            // As LabeledBy would blend them, but the teacher is asked once for both pools.
            using Tensor labels = torch.lerp(bySelf.Labels!, made.Labels!, recipe.Labeling.KnownShare);
            var blended = new TensorData(made.Inputs, labels);
            yield return ("generated/known labels", OnPool(Original, made));
            yield return ("generated/teacher's labels", OnPool(Original, bySelf));
            yield return ("generated/blended labels", OnPool(Original, blended));
            yield return ("plain, 64 units", Train(Simplified, samples, tuned));
            yield return ("generated, 64 units/known labels", OnPool(Simplified, made));
            yield return ("generated, 64 units/blended labels", OnPool(Simplified, blended));
        }

        using (TensorData made = Make(new RandomTranslation()))
        {
            using TensorData bySelf = made.LabeledBy(fitted.Teacher).InMemory();
            yield return ("shifts/known labels", OnPool(Original, made));
            yield return ("shifts/teacher's labels", OnPool(Original, bySelf));
        }

        using TensorData real = others.Subset(Split.Random(others.Count, (double)Unlabeled / others.Count, seed).Train).LabeledBy(fitted.Teacher).InMemory();
        yield return ("unlabeled/teacher's labels", OnPool(Original, real, share: 0.9));

        TensorData Make(ISampleGenerator generator) =>
            originals.Generate(generator, Math.Max(recipe.MinPoolSize, recipe.PoolFactor * originals.Count), seed).InMemory();

        Scores OnPool(Func<Sequential> make, TensorData pool, double? share = null) =>
            Train(make, samples.TogetherWith(pool, share ?? recipe.PoolShare), RecipeSearchOptions.DefaultTraining);

        Scores Train(Func<Sequential> make, IDataSource data, TrainerOptions training) => Scores.Of(Baseline.Train(make, data, training, seed, images.Test));
    }

    private static Sequential Original() => Baseline.Mlp(784, 128, 10);

    private static Sequential Simplified() => Baseline.Mlp(784, 64, 10);
}
