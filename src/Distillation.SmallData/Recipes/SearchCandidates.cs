namespace Distillation.SmallData;

/// <summary>The candidates of a search: those that were given, and those that a user would take instead.</summary>
internal sealed class SearchCandidates
{
    private SearchCandidates(IReadOnlyList<Recipe> all, IReadOnlyDictionary<int, int> controls) => (All, Controls) = (all, controls);

    /// <summary>Gets all candidates: the class frequencies first, the plain originals, the given recipes, their controls, the other families.</summary>
    public IReadOnlyList<Recipe> All { get; }

    /// <summary>Gets for the number of a recipe whose teacher labels that of its control.</summary>
    public IReadOnlyDictionary<int, int> Controls { get; }

    /// <summary>Returns the number of a candidate.</summary>
    public int NumberOf(Recipe candidate) => All.Index().First(one => ReferenceEquals(one.Item, candidate)).Index;

    /// <summary>Puts the candidates together.</summary>
    public static SearchCandidates From(IReadOnlyList<Recipe> given, RecipeSearchOptions options)
    {
        bool isClassification = TaskRules.Of(options.Task).IsClassification;
        ITeacherFitter chance = isClassification ? new ClassFrequencies() : new TargetMean { Name = ChanceName(options.Task) };
        List<Recipe> all = [Recipe.UseTeacher(chance, chance.Name), .. PlainOnes(given, options)];
        all.AddRange(given.Where(recipe => recipe.Kind != RecipeKind.Plain));
        var controls = new Dictionary<int, int>();
        foreach ((int number, Recipe recipe) in all.Index().ToArray())
        {
            if (recipe.Kind != RecipeKind.Distillation || recipe.Generator is UnlabeledPool)
            {
                continue;
            }

            int control = all.FindIndex(other => IsControl(other, recipe));
            if (control < 0)
            {
                control = all.Count;
                all.Add(recipe.WithKnownLabels() with { Name = $"{recipe.Name}, known labels" });
            }

            controls[number] = control;
        }

        all.AddRange(options.FamiliesOfTask
            .Where(family => !all.Any(recipe => recipe.Kind == RecipeKind.TeacherItself && IsSame(recipe.Teacher!, family)))
            .Select(family => Recipe.UseTeacher(family, family.Name)));
        return new(all, controls);
    }

    private static string ChanceName(EvaluationTask task) => TaskRules.Of(task).IsRegression ? "mean of the targets" : "frequencies of the labels";

    // Given ones that train in their own ways are a choice of the user's; otherwise the weight decay is tuned, if the optimizer has one.
    private static IEnumerable<Recipe> PlainOnes(IReadOnlyList<Recipe> given, RecipeSearchOptions options)
    {
        Recipe[] plain = [.. given.Where(recipe => recipe.Kind == RecipeKind.Plain)];
        bool isTuned = options.Training.Optimizer is AdamWOptimizer && options.PlainWeightDecays.Count > 0 && plain.All(recipe => recipe.Training is null);
        return isTuned ? options.PlainWeightDecays.Select(Recipes.PlainWithWeightDecay) : plain.Length > 0 ? plain : [Recipe.Plain];
    }

    private static bool IsControl(Recipe other, Recipe recipe) =>
        other.Kind == RecipeKind.AugmentationOnly && other.Filter is null && ReferenceEquals(other.Generator, recipe.Generator)
        && other.PoolShare == recipe.PoolShare && other.PoolFactor == recipe.PoolFactor && other.MinPoolSize == recipe.MinPoolSize
        && other.Training == recipe.Training;

    private static bool IsSame(ITeacherFitter one, ITeacherFitter other) => one.Equals(other) || (one.GetType() == other.GetType() && one.Name == other.Name);
}
