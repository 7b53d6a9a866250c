using static TorchSharp.torch.nn;

namespace Distillation.SmallData.Tests;

public sealed class RecipeSearchTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly LabeledSamples _data = SmallProblem.LabeledSamples(60);
    private readonly RecipeSearchOptions _options = new() { Folds = 3, Training = SmallProblem.Training };
    private readonly RecipeSearchOptions _alone = new() { Folds = 3, Training = SmallProblem.Training, Families = [] };

    public void Dispose()
    {
        _data.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void What_a_user_would_take_instead_is_always_among_the_candidates()
    {
        Recipe distil = Recipe.Distil(new KernelRidge(), Small()) with { MinPoolSize = 60 };

        RecipeSearchResult result = new RecipeSearch(SmallProblem.Network, [distil], _options).Run(_data);

        result.Scores.Select(score => score.Recipe.Name).Should().Equal(
            "class frequencies",
            "plain",
            "distillation from kernel ridge",
            "distillation from kernel ridge, known labels",
            "logistic regression",
            "kernel ridge",
            "extra trees",
            "teachers and the plain original, stacked");
        result.Scores.Should().OnlyContain(score => score.Reports.Count == 3);
        result.ScoreOf(distil).GainOverControl.Should().NotBeNull();
    }

    [Fact]
    public void Plain_original_is_tried_with_each_weight_decay()
    {
        var training = SmallProblem.Training with { Steps = 5, Optimizer = new AdamWOptimizer(new Schedule.Cosine(0.01)) };
        RecipeSearchOptions options = _alone with { Training = training, PlainWeightDecays = [0.1, 7] };

        RecipeSearchResult tuned = new RecipeSearch(SmallProblem.Network, [Recipe.Plain], options).Run(_data);
        Recipe own = Recipe.Plain with { Name = "my own", Training = common => common with { Steps = 6 } };
        RecipeSearchResult given = new RecipeSearch(SmallProblem.Network, [own], options).Run(_data);

        tuned.Scores.Select(score => score.Recipe.Name).Should().Equal("class frequencies", "plain, weight decay 0.1", "plain, weight decay 7");
        ((AdamWOptimizer)tuned.Scores[2].Recipe.Training!(training).Optimizer).WeightDecay.Should().Be(7);
        given.Scores.Select(score => score.Recipe.Name).Should().Equal("class frequencies", "my own");
    }

    [Fact]
    public void Augmentation_of_the_same_pool_is_the_control()
    {
        var generator = new GaussianNoise(0.1);
        Recipe augmentation = Recipe.Augment(generator) with { MinPoolSize = 60 };
        Recipe distil = Recipe.Distil(new KernelRidge(), generator) with { MinPoolSize = 60 };

        RecipeSearchResult result = new RecipeSearch(SmallProblem.Network, [augmentation, distil], _alone).Run(_data);

        result.Scores.Should().HaveCount(4);
        RecipeScore taught = result.ScoreOf(distil);
        taught.GainOverControl!.Likelihood.Should()
            .BeApproximately(result.ScoreOf(augmentation).NegativeLogLikelihood - taught.NegativeLogLikelihood, 1e-9);
    }

    [Fact]
    public void Samples_without_known_labels_have_no_control()
    {
        using TensorData pool = SmallProblem.Rings(40, seed: 8);
        Recipe distil = Recipe.Distil(new KernelRidge(), new UnlabeledPool(pool)) with { MinPoolSize = 40, PoolFactor = 1 };

        RecipeSearchResult result = new RecipeSearch(SmallProblem.Network, [distil], _alone).Run(_data);

        result.ScoreOf(distil).GainOverControl.Should().BeNull();
        result.Scores.Should().HaveCount(3);
    }

    [Fact]
    public void Teacher_is_recommended_where_the_original_cannot_follow_it()
    {
        RecipeSearchResult result = new RecipeSearch(SmallProblem.Line, [Recipe.UseTeacher(new KernelRidge())], _options).Run(_data);

        result.Recommendation.Should().Be(Recommendation.UseTeacher);
        result.Chosen.Kind.Should().Be(RecipeKind.TeacherItself);
        result.ChosenForOriginal.Kind.Should().Be(RecipeKind.Plain, "no samples teach a line to go round");
        result.ExpectedGain.IsMoreAccurate.Should().BeTrue();
        result.ExpectedGain.Accuracy.Should().BeInRange(0.2, 0.6);
        result.Describe().Should().Contain("Use '").And.Contain("Expected gain over the plain original").And.Contain("No recipe is established");
    }

    [Fact]
    public void Recipe_with_a_clear_gain_is_recommended()
    {
        // The plain original hardly learns; the recipe trains it.
        Recipe longer = Recipe.Augment(Small(), "longer") with { MinPoolSize = 100, Training = _ => SmallProblem.Training };
        RecipeSearchOptions options = _alone with { Training = SmallProblem.Training with { Steps = 1 } };

        RecipeSearchResult result = new RecipeSearch(SmallProblem.Network, [longer], options).Run(_data);

        result.Recommendation.Should().Be(Recommendation.UseRecipe);
        result.Chosen.Should().Be(longer);
        result.ChosenForOriginal.Should().Be(longer);
        result.MostPromising.Recipe.Should().Be(longer);
        result.Describe().Should().Contain("Use 'longer'.").And.Contain(result.Sentence());
    }

    [Fact]
    public void Nothing_is_claimed_of_labels_by_a_coin()
    {
        for (int draw = 0; draw < 4; draw++)
        {
            using var noise = new LabeledSamples(new TensorData(Some.Inputs(60, 2, seed: 10 + draw), Some.Labels(60, 2, seed: 20 + draw)));
            Recipe distil = Recipe.Distil(new KernelRidge(), Small()) with { MinPoolSize = 60 };

            RecipeSearchResult result = new RecipeSearch(
                SmallProblem.Network, [distil, Recipe.UseTeacher(new KernelRidge())], _options with { Seed = draw }).Run(noise);

            result.Recommendation.Should().Be(Recommendation.NothingBeatsChance);
            result.Chosen.Kind.Should().Be(RecipeKind.Plain);
            result.ExpectedGain.Accuracy.Should().Be(0);
            result.Describe().Should().Contain("Nothing here beats the class frequencies").And.Contain("not established");
        }
    }

    [Fact]
    public void Plain_original_stays_where_nothing_helps()
    {
        // A teacher that outputs the same for everything.
        var useless = new ModelFitter("useless", (_, _) => Teacher.From(inputs => torch.zeros(inputs.size(0), 2)), folds: 2);

        RecipeSearchResult result = new RecipeSearch(
            SmallProblem.Network, [Recipe.Distil(useless, Small()) with { MinPoolSize = 100 }, Recipe.UseTeacher(useless)], _alone).Run(_data);

        result.Recommendation.Should().BeOneOf(Recommendation.KeepPlain, Recommendation.CalibratePlain);
        result.Chosen.Should().Be(Recipe.Plain);
        result.Describe().Should().Contain("Keep the plain original");
    }

    [Fact]
    public void Plain_original_that_is_too_sure_is_calibrated()
    {
        // Every fifth label is wrong, and the network learns them by heart.
        using TensorData rings = SmallProblem.Rings(100);
        Tensor wrong = torch.arange(100, torch.ScalarType.Int64).remainder(5).eq(0).to(torch.ScalarType.Int64);
        using var noisy = new LabeledSamples(new TensorData(rings.Inputs, (rings.Labels! + wrong).remainder(2)));
        RecipeSearchOptions options = _alone with { Training = SmallProblem.Training with { Steps = 1_500 } };

        RecipeSearchResult result = new RecipeSearch(SmallProblem.Network, [], options).Run(noisy);

        result.Plain.Temperature.Should().BeGreaterThan(1.5);
        result.CalibrationGain.Likelihood.Should().BeGreaterThan(0.1);
        result.CalibrationGain.Accuracy.Should().Be(0);
    }

    [Fact]
    public void Networks_are_compared_calibrated()
    {
        Recipe sure = Recipe.Plain with { Name = "sure", Training = common => common with { Steps = 400 } };

        RecipeScore score = new RecipeSearch(SmallProblem.Network, [sure], _alone with { Rounds = 2 }).Run(_data).Plain;

        score.Reports.Should().HaveCount(6);
        score.Mean.Should().BeApproximately(score.Reports.Average(report => report.NegativeLogLikelihood), 1e-12);
        score.NegativeLogLikelihood.Should().BeApproximately(score.Mean, 1e-9, "all parts have twenty samples");
        score.Accuracy.Should().BeApproximately(score.Reports.Average(report => report.Accuracy), 1e-9);
    }

    [Fact]
    public void Time_that_runs_out_ends_the_search_after_a_part()
    {
        RecipeSearchResult result = new RecipeSearch(SmallProblem.Line, [], _alone with { TimeBudget = TimeSpan.FromTicks(1) }).Run(_data);

        result.IsComplete.Should().BeFalse();
        result.Samples.Should().Be(20);
        result.Scores.Should().HaveCount(2).And.OnlyContain(score => score.Reports.Count == 1);
    }

    [Fact]
    public void Same_seed_gives_the_same_result()
    {
        var search = new RecipeSearch(SmallProblem.Network, [Recipe.Distil(new KernelRidge(), Small()) with { MinPoolSize = 100 }], _options with { Seed = 4 });

        search.Run(_data).Describe().Should().Be(search.Run(_data).Describe());
    }

    [Fact]
    public void Progress_rises_to_one()
    {
        var seen = new List<double>();

        new RecipeSearch(SmallProblem.Line, [Recipe.UseTeacher(new KernelRidge())], _alone).Run(_data, new Told(seen));

        seen.Should().BeInAscendingOrder().And.HaveCount(9);
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

    [Fact]
    public void Model_whose_outputs_are_not_finite_is_named()
    {
        Recipe broken = Recipe.UseTeacher(new ModelFitter("broken", (_, _) => Teacher.From(inputs => torch.full([inputs.size(0), 2], float.NaN)), folds: 2));

        Action run = () => new RecipeSearch(SmallProblem.Line, [broken], _alone).Run(_data);

        run.Should().Throw<InvalidOperationException>().WithMessage("*'broken itself'*not finite*");
    }

    [Fact]
    public void Fewer_samples_than_folds_are_refused()
    {
        using LabeledSamples few = SmallProblem.LabeledSamples(4);

        Action run = () => new RecipeSearch(SmallProblem.Line, []).Run(few);

        run.Should().Throw<ArgumentException>().WithMessage("*there are 4 samples for 5 folds*");
    }

    [Fact]
    public void Targets_and_several_labels_are_refused_before_any_training()
    {
        var targets = new TensorData(Some.Inputs(10, 2), torch.rand(10));
        var severalLabels = new TensorData(Some.Inputs(10, 2), torch.zeros(10, 3, torch.ScalarType.Int64));
        Func<Module<Tensor, Tensor>> never = () => throw new InvalidOperationException("a model was made");

        foreach (TensorData data in new[] { targets, severalLabels })
        {
            Action distil = () => new ModelDistillation(never, never, Recipe.Plain).Run(data);
            distil.Should().Throw<ArgumentException>().WithMessage("*class ids*regression*several labels*");
        }
    }

    [Theory]
    [InlineData(0.01, 0.05, -0.1, 0.1, true)]
    [InlineData(-0.1, 0.1, 0.01, 0.05, true)]
    [InlineData(0.01, 0.05, -0.2, -0.1, false)]
    [InlineData(-0.2, -0.1, 0.01, 0.05, false)]
    [InlineData(-0.1, 0.1, -0.1, 0.1, false)]
    public void Gain_by_one_measure_is_established_unless_the_other_is_a_loss(
        double fromAccuracy, double toAccuracy, double fromLikelihood, double toLikelihood, bool expected)
    {
        var gain = new RecipeGain
        {
            Accuracy = 0,
            AccuracyInterval = new(fromAccuracy, toAccuracy),
            Likelihood = 0,
            LikelihoodInterval = new(fromLikelihood, toLikelihood),
        };

        gain.IsEstablished.Should().Be(expected);
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
