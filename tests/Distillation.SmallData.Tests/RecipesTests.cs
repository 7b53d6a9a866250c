using static TorchSharp.torch.nn;

namespace Distillation.SmallData.Tests;

public sealed class RecipesTests
{
    [Fact]
    public void Kinds_are_there_from_the_simplest_on()
    {
        foreach (IReadOnlyList<Recipe> recipes in new[] { Recipes.ForImages(), Recipes.ForTables() })
        {
            recipes.Select(recipe => recipe.Kind).Should().BeInAscendingOrder()
                .And.Contain([RecipeKind.AugmentationOnly, RecipeKind.Distillation, RecipeKind.TeacherItself]);
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
    public void Strongly_augmented_images_are_followed_longer_and_with_less_weight_decay()
    {
        Recipe strong = Recipes.ForImages().Single(recipe => recipe.Name == "distillation on strongly augmented samples");

        TrainerOptions training = strong.Training!(RecipeSearchOptions.DefaultTraining);

        training.Steps.Should().Be(3 * RecipeSearchOptions.DefaultTraining.Steps);
        ((AdamWOptimizer)training.Optimizer).WeightDecay.Should().Be(0.1);
        strong.Training(new TrainerOptions { Steps = 7, Optimizer = new SgdOptimizer(0.1) }).Optimizer.Should().Be(new SgdOptimizer(0.1));
    }

    [Fact]
    public void Teacher_of_tables_is_the_mean_of_three_families()
    {
        Recipe itself = Recipes.ForTables().Single(recipe => recipe.Kind == RecipeKind.TeacherItself);

        itself.Teacher!.Name.Should().Be("kernel ridge + extra trees + logistic regression");
    }

    [Fact]
    public void Those_for_images_can_be_followed()
    {
        using var images = new TensorData(Some.Inputs(24, 144).view(24, 1, 12, 12), torch.arange(24, torch.ScalarType.Int64).remainder(3));
        using var originals = new LabeledSamples(images);
        Recipe[] candidates = [.. Recipes.ForImages(images).Select(recipe => recipe with { MinPoolSize = 24 })];

        RecipeSearchResult result =
            new RecipeSearch(() => Sequential(Flatten(), Linear(144, 3)), candidates, new() { Folds = 2, Training = new() { Steps = 3 } }).Run(originals);

        // Beside them: class frequencies, a plain original, the control of the strongly augmented ones, two families more, and the stack.
        result.Scores.Should().HaveCount(candidates.Length + 7).And.OnlyContain(score => double.IsFinite(score.Mean));
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
