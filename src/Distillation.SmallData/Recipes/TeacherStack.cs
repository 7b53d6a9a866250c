namespace Distillation.SmallData;

/// <summary>
/// The stack of all models of a search that need no original, and of its plain original: its outputs for held-out samples follow from theirs, without another
/// training.
/// </summary>
/// <param name="members">The numbers of its members, and whether the logits of each are calibrated already.</param>
/// <param name="truth">Of all samples, on the processor: class ids [M], or targets [M, C] float64.</param>
/// <param name="outputs">C.</param>
/// <param name="rules">Those of the task.</param>
internal sealed class TeacherStack(IReadOnlyList<(int Number, bool IsCalibrated)> members, Tensor truth, long outputs, TaskRules rules)
{
    public const string Name = "teachers and the plain original, stacked";

    /// <summary>Returns the recipe that makes the stack of all labeled samples.</summary>
    /// <param name="recipes">Its members: a plain recipe, and such that use a teacher.</param>
    /// <param name="original">Makes a new original.</param>
    /// <param name="options">How it is trained.</param>
    public static Recipe ToRecipe(IEnumerable<Recipe> recipes, Func<torch.nn.Module<Tensor, Tensor>> original, RecipeSearchOptions options) =>
        Recipe.UseTeacher(
            new AverageFitter([.. recipes.Select(recipe => recipe.Teacher ?? Fitter(recipe, original, options))]) { Name = Name, ByLikelihood = true }, Name);

    /// <summary>Returns the parts with the outputs of the stack, as those of a last candidate.</summary>
    /// <remarks>Temperatures and weights of a part are fitted on the other parts of its round.</remarks>
    public IReadOnlyList<SearchPart> AddTo(IReadOnlyList<SearchPart> parts) =>
    [
        .. parts.Select(part =>
        {
            using var scope = torch.NewDisposeScope();
            SearchPart[] others = [.. parts.Where(other => !ReferenceEquals(other, part) && other.Round == part.Round)];
            return part with { Logits = [.. part.Logits, Of(part, others).contiguous().data<double>().ToArray()] };
        }),
    ];

    private static ModelFitter Fitter(Recipe plain, Func<torch.nn.Module<Tensor, Tensor>> original, RecipeSearchOptions options) => new(
        plain.Name,
        (samples, seed) => new OwnedTeacher(
            OriginalTraining.Fit(original, samples, plain.TrainingFrom(options.Training), seed, CancellationToken.None, options.Task)));

    private Tensor Of(SearchPart part, SearchPart[] others)
    {
        Tensor held = Stacked([part]);
        if (others.Length == 0)
        {
            return Stacking.Mean(held, [.. members.Select(_ => 1.0 / members.Count)], rules);
        }

        Tensor raw = Stacked(others);
        Tensor labels = torch.cat([.. others.Select(other => truth.index_select(0, torch.tensor([.. other.HeldOut])))]);
        Tensor temperatures = torch.tensor([.. members.Select((member, k) => member.IsCalibrated ? 1 : rules.Temperature(raw[k], labels))]).view(-1, 1, 1);
        Tensor known = raw / temperatures;
        double[] weights = Stacking.Weights(known, labels, rules);
        double temperature = rules.Temperature(Stacking.Mean(known, weights, rules), labels);
        return Stacking.Mean(held / temperatures, weights, rules).Div(temperature);
    }

    // [K, N, C], float64.
    private Tensor Stacked(SearchPart[] parts) => torch.stack(
    [
        .. members.Select(member => torch.cat(
            [.. parts.Select(part => torch.tensor(part.Logits[member.Number]!, [part.HeldOut.Count, outputs], torch.ScalarType.Float64))])),
    ]);
}
