using Distillation.Reports;
using Distillation.SmallData;

namespace QuickStart;

/// <summary>
/// A few labeled images: searches for a recipe that helps a 784-128-10 original, follows one, and measures what it brought; each seed draws other images.
/// </summary>
internal sealed class SmallData : IJob
{
    private readonly Images _images;
    private readonly int _labels;
    private readonly int _unlabeled;
    private readonly bool _search;
    private readonly IReadOnlyList<int> _seeds;

    public SmallData(Images images, int labels, int unlabeled, bool search, IReadOnlyList<int> seeds)
    {
        if ((long)labels + unlabeled > images.Train.Count)
        {
            throw new InvalidDataException(FormattableString.Invariant(
                $"--labels and --unlabeled together must be at most {images.Train.Count}, the number of training images, but are {labels} and {unlabeled}."));
        }

        _images = images;
        _labels = labels;
        _unlabeled = unlabeled;
        _search = search;
        _seeds = seeds;
    }

    public Findings Run()
    {
        var trials = new List<SmallDataTrial>();
        Display.Run(_seeds.SelectMany(seed => Steps(seed, trials)));
        return SmallDataReport.Of(
            trials,
            FormattableString.Invariant(
                $"{trials[0].Labels} labeled and {_unlabeled} unlabeled images of {_images.Name}, {_images.Test.Count} test images; {Spread.Describe(_seeds)}"),
            new Dictionary<string, ReportCell>
            {
                ["data"] = _images.Name,
                ["labels"] = _labels,
                ["unlabeled"] = _unlabeled,
                ["search"] = _search ? "yes" : "no",
                ["seed"] = _seeds[0],
                ["seeds"] = _seeds.Count,
            });
    }

    private IEnumerable<Step> Steps(int seed, List<SmallDataTrial> trials)
    {
        using var draw = new LabeledDraw(_images, _labels, _unlabeled, seed);
        IReadOnlyList<Recipe> recipes = Recipes.ForImages(draw.Unlabeled);
        RecipeSearchResult? found = null;
        if (_search)
        {
            yield return new(FormattableString.Invariant($"seed {seed}, search"), progress =>
            {
                using var originals = new LabeledSamples(draw.Labeled, classes: 10);
                found = new RecipeSearch(() => Networks.Mlp(128), recipes, new RecipeSearchOptions { Seed = seed }).Run(originals, progress);
                return $"{found.Recommendation}: '{found.Chosen.Name}'";
            });
        }

        yield return new(FormattableString.Invariant($"seed {seed}, models"), progress =>
        {
            Recipe recipe = Best();
            var options = new ModelDistillationOptions
            {
                Seed = seed,
                Classes = 10,
                PlainTraining = found?.Plain.Recipe.Training?.Invoke(RecipeSearchOptions.DefaultTraining),
            };
            using ModelDistillationResult result = new ModelDistillation(() => Networks.Mlp(128), () => Networks.Mlp(64), recipe, options)
                .Run(draw.Labeled, _images.Test, progress);
            trials.Add(new(
                seed,
                draw.Labeled.Count,
                found,
                result.Report!,
                [.. result.Suspects.Select(suspect => suspect with { Number = draw.Numbers[(int)suspect.Number] })]));
            return $"plain {Spread.Percent(result.Report!.Plain.Accuracy)}, by '{recipe.Name}' {Spread.Percent(result.Report.Final.Accuracy)}, "
                + $"the teacher itself {Spread.Percent(result.Report.Teacher!.Accuracy)}";
        });

        // Without a search, the first recipe that distils.
        Recipe Best() => found is null
            ? recipes.First(recipe => recipe.Kind == RecipeKind.Distillation)
            : found.Scores.Where(score => score.Recipe.Kind == RecipeKind.Distillation).MinBy(score => score.Mean)!.Recipe;
    }
}
