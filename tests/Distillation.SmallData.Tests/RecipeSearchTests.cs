using static TorchSharp.torch.nn;

namespace Distillation.SmallData.Tests;

public sealed class RecipeSearchTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly LabeledSamples _data = SmallProblem.LabeledSamples(60);
    private readonly RecipeSearchOptions _options = new() { Folds = 3, Training = SmallProblem.Training };

    public void Dispose()
    {
        _data.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Plain_original_is_always_among_the_candidates()
    {
        RecipeSearchResult result = new RecipeSearch(SmallProblem.Line, [Recipe.UseTeacher(new KernelRidge())], _options).Run(_data);

        result.Scores.Select(score => score.Recipe.Kind).Should().Equal(RecipeKind.Plain, RecipeKind.TeacherItself);
        result.Scores.Should().OnlyContain(score => score.Reports.Count == 3);
    }

    [Fact]
    public void Teacher_itself_is_chosen_where_the_original_cannot_follow_it()
    {
        RecipeSearchResult result = new RecipeSearch(SmallProblem.Line, [Recipe.Augment(Small()), Recipe.UseTeacher(new KernelRidge())], _options).Run(_data);

        result.Chosen.Kind.Should().Be(RecipeKind.TeacherItself);
        result.ChosenForOriginal.Kind.Should().Be(RecipeKind.Plain, "no samples teach a line to go round");
        result.Describe().Should().Contain("'kernel ridge itself' is chosen");
    }

    [Fact]
    public void Plain_original_is_chosen_where_nothing_helps()
    {
        // A teacher that says the same of everything.
        var useless = new ModelFitter("useless", (_, _) => Teacher.From(inputs => torch.zeros(inputs.size(0), 2)), folds: 2);
        RecipeSearchResult result = new RecipeSearch(
            SmallProblem.Network, [Recipe.Distil(useless, Small()) with { MinPoolSize = 100 }, Recipe.UseTeacher(useless)], _options).Run(_data);

        result.Chosen.Should().Be(Recipe.Plain);
        result.Describe().Should().StartWith("Nothing beats the plain original");
    }

    [Fact]
    public void Simpler_of_two_that_do_equally_well_is_chosen()
    {
        Recipe same = Recipe.Augment(new Identity()) with { MinPoolSize = 60, PoolFactor = 1 };

        RecipeSearchResult result = new RecipeSearch(SmallProblem.Network, [same], _options with { Metric = Metric.Accuracy }).Run(_data);

        result.Chosen.Should().Be(Recipe.Plain);
    }

    [Fact]
    public void Distillation_is_chosen_where_a_teacher_knows_more()
    {
        // Every seventh label is wrong: a network learns them by heart, a ridge does not.
        using TensorData rings = SmallProblem.Rings(70);
        Tensor wrong = torch.arange(70, torch.ScalarType.Int64).remainder(7).eq(0).to(torch.ScalarType.Int64);
        using var noisy = new LabeledSamples(new TensorData(rings.Inputs, (rings.Labels! + wrong).remainder(2)));
        Recipe distil = Recipe.Distil(new KernelRidge(), new GaussianNoise(0.5)) with { MinPoolSize = 600, PoolShare = 0.9 };

        RecipeSearchResult result = new RecipeSearch(SmallProblem.Network, [distil], _options with { Training = SmallProblem.Training with { Steps = 1500 } })
            .Run(noisy);

        result.Chosen.Should().Be(distil);
    }

    [Fact]
    public void Recipes_may_train_in_their_own_ways()
    {
        Recipe idle = Recipe.Plain with { Name = "no steps to speak of", Training = common => common with { Steps = 1 } };

        RecipeSearchResult result = new RecipeSearch(SmallProblem.Network, [idle, Recipe.Plain], _options).Run(_data);

        result.Chosen.Should().Be(Recipe.Plain);
        result.Scores[0].Mean.Should().BeGreaterThan(result.Scores[1].Mean + 0.1);
    }

    [Fact]
    public void Time_that_runs_out_ends_the_search_after_a_part()
    {
        RecipeSearchResult result = new RecipeSearch(SmallProblem.Line, [], _options with { TimeBudget = TimeSpan.FromTicks(1) }).Run(_data);

        result.IsComplete.Should().BeFalse();
        result.Scores.Should().ContainSingle().Which.Reports.Should().ContainSingle();
    }

    [Fact]
    public void Same_seed_gives_the_same_scores()
    {
        var search = new RecipeSearch(SmallProblem.Network, [Recipe.Augment(Small()) with { MinPoolSize = 100 }], _options with { Seed = 4 });

        search.Run(_data).Scores.Select(score => score.Mean).Should().Equal(search.Run(_data).Scores.Select(score => score.Mean));
    }

    [Fact]
    public void Progress_rises_to_one()
    {
        var seen = new List<double>();

        new RecipeSearch(SmallProblem.Line, [Recipe.UseTeacher(new KernelRidge())], _options).Run(_data, new Told(seen));

        seen.Should().BeInAscendingOrder().And.HaveCount(6);
        seen[^1].Should().BeApproximately(1, 1e-12);
    }

    [Fact]
    public void Canceled_search_ends()
    {
        using var cancellation = new CancellationTokenSource();
        Action run = () => new RecipeSearch(SmallProblem.Line, [Recipe.Distil(new KernelRidge(), Small())], _options)
            .Run(_data, new Cancels(cancellation), cancellation.Token);

        run.Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void Nothing_but_the_models_goes_in_a_search()
    {
        // A module that is made leaves handles to the collector, so all are made before.
        var models = new Queue<Module<Tensor, Tensor>>(Enumerable.Range(0, 6).Select(_ => SmallProblem.Line()));
        var search = new RecipeSearch(models.Dequeue, [Recipe.UseTeacher(new KernelRidge())], _options);
        search.Run(_data);
        long before = Leak.Count();

        search.Run(_data);

        Leak.Count().Should().Be(before - 6, "of three models the two parameters each are disposed, and nothing is left");
    }

    private static GaussianNoise Small() => new(0.1);

    private sealed class Told(List<double> seen) : IProgress<double>
    {
        public void Report(double value) => seen.Add(value);
    }

    private sealed class Cancels(CancellationTokenSource source) : IProgress<double>
    {
        public void Report(double value) => source.Cancel();
    }
}
