using Distillation.SmallData;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Docs;

/// <summary>The piece of C# of the section on the search of the page on small data.</summary>
public sealed class SearchSnippetTests
{
    [Fact]
    public void Recommendation_of_a_search_is_followed()
    {
        using var scope = torch.NewDisposeScope();
        using TensorData images = Some.Data(30);
        using var rows = new LabeledSamples(images);
        Func<Module<Tensor, Tensor>> original = () => Some.Mlp(hidden: 8);
        Func<Module<Tensor, Tensor>> simplified = () => Some.Mlp(hidden: 4);

        var search = new RecipeSearchOptions { Folds = 2, Parallelism = 2, Training = new() { Steps = 5, Optimizer = new AdamOptimizer(0.01) } };

        RecipeSearchResult found = new RecipeSearch(original, Recipes.ForTables(), search).Run(rows);
        Console.WriteLine(found.Describe());

        if (found.Recommendation == Recommendation.UseRecipe && found.ExpectedGain.IsMoreAccurate)
        {
            using ModelDistillationResult better = new ModelDistillation(original, simplified, found.Chosen).Run(images);
        }

        found.Recommendation.Should().Be(Recommendation.NothingBeatsChance, "the labels are random");
    }
}
