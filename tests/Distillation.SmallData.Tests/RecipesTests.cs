using static TorchSharp.torch.nn;

namespace Distillation.SmallData.Tests;

public sealed class RecipesTests
{
    [Fact]
    public void There_is_one_of_each_kind_from_the_simplest_on()
    {
        foreach (IReadOnlyList<Recipe> recipes in new[] { Recipes.ForImages(), Recipes.ForTables() })
        {
            recipes.Select(recipe => recipe.Kind).Should().BeInAscendingOrder().And.Contain(Enum.GetValues<RecipeKind>());
            recipes.Select(recipe => recipe.Name).Should().OnlyHaveUniqueItems();
        }
    }

    [Fact]
    public void Unlabeled_samples_make_one_more_that_takes_each_of_them_once()
    {
        using TensorData pool = SmallProblem.Rings(30);

        Recipe added = Recipes.ForTables(pool).Single(recipe => recipe.Generator is UnlabeledPool);

        added.Kind.Should().Be(RecipeKind.Distillation);
        added.MinPoolSize.Should().Be(30);
        added.PoolFactor.Should().Be(1);
        Recipes.ForTables(pool).Should().HaveCount(Recipes.ForTables().Count + 1);
    }

    [Fact]
    public void Plain_ones_differ_in_weight_decay_and_keep_the_steps_of_all()
    {
        var training = new TrainerOptions { Steps = 7, Optimizer = new SgdOptimizer(0.1) };

        Recipe[] plain = [.. Recipes.ForImages().Where(recipe => recipe.Kind == RecipeKind.Plain)];

        plain.Select(recipe => recipe.Training!(training).Steps).Should().OnlyContain(steps => steps == 7);
        plain.Select(recipe => ((AdamWOptimizer)recipe.Training!(training).Optimizer).WeightDecay).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Those_for_images_can_be_followed()
    {
        using var images = new TensorData(Some.Inputs(24, 144).view(24, 1, 12, 12), torch.arange(24, torch.ScalarType.Int64).remainder(3));
        using var originals = new LabeledSamples(images);
        Recipe[] candidates = [.. Recipes.ForImages(images).Select(recipe => recipe with { MinPoolSize = 24 })];

        RecipeSearchResult result =
            new RecipeSearch(() => Sequential(Flatten(), Linear(144, 3)), candidates, new() { Folds = 2, Training = new() { Steps = 3 } }).Run(originals);

        result.Scores.Should().HaveCount(candidates.Length).And.OnlyContain(score => double.IsFinite(score.Mean));
    }

    [Fact]
    public void Several_runs_do_not_share_checkpoints()
    {
        TrainerOptions training = new() { Checkpoints = new("runs/one") };
        Action[] doors =
        [
            () => _ = new RecipeSearchOptions { Training = training },
            () => _ = new ModelDistillationOptions { Training = training },
            () => _ = new ModelDistillationOptions { PlainTraining = training },
            () => _ = new FederatedOptions { Training = training },
            () => _ = ModelFitter.Distilled(() => Some.Mlp(), () => Some.Mlp(), training),
        ];

        doors.Should().AllSatisfy(door => door.Should().Throw<ArgumentException>().WithMessage("*cannot share the checkpoints in 'runs/one'*"));
    }
}
