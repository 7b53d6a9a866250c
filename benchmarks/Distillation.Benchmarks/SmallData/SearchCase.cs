using Distillation.Evaluation;
using Distillation.SmallData;
using TorchSharp.Modules;

namespace Distillation.Benchmarks.SmallData;

/// <summary>
/// What a user gets who follows the search blindly: the recipe that it chooses for the original, what it chooses whatever that is, and each recipe that makes
/// samples, against the plain original.
/// </summary>
/// <param name="images">The images.</param>
/// <param name="labels">How many have labels.</param>
/// <param name="name">The name.</param>
/// <param name="candidates">The recipes.</param>
internal sealed class SearchCase(IdxImages images, int labels, string name, IReadOnlyList<Recipe> candidates) : ICase
{
    public string Name => name;

    public IEnumerable<(string Arm, Scores Scores)> Run(int seed)
    {
        (TensorData labeled, _) = images.Draw(labels, seed);
        using TensorData samples = labeled;
        using var originals = new LabeledSamples(samples, classes: 10);
        yield return ("plain", Scores.Of(Baseline.Train(Original, samples, Baseline.Tuned(Original, samples, seed), seed, images.Test)));
        RecipeSearchResult found = new RecipeSearch(Original, candidates, new RecipeSearchOptions { Seed = seed }).Run(originals);
        yield return ("chosen for the original", Follow(found.ChosenForOriginal));
        yield return ("chosen", Follow(found.Chosen));
        foreach (Recipe recipe in candidates.Where(recipe => recipe.Generator is not null))
        {
            yield return (recipe.Name, Follow(recipe));
        }

        Scores Follow(Recipe recipe)
        {
            using ModelDistillationResult result = new ModelDistillation(Original, Original, recipe, new ModelDistillationOptions { Seed = seed, Classes = 10 })
                .Run(samples);
            return Scores.Of(
                Evaluator.Evaluate(recipe.Kind == RecipeKind.TeacherItself ? result.Teacher!.Teacher : Teacher.From(result.Original), images.Test));
        }
    }

    private static Sequential Original() => Baseline.Mlp(784, 128, 10);
}
