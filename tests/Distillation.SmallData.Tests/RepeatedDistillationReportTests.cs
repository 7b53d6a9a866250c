namespace Distillation.SmallData.Tests;

public sealed class RepeatedDistillationReportTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _few = SmallProblem.Rings(30);
    private readonly TensorData _test = SmallProblem.Rings(200, seed: 50);
    private readonly ModelDistillationOptions _options = new() { Training = SmallProblem.Training with { Steps = 60 }, Seed = 4 };

    public void Dispose()
    {
        _few.Dispose();
        _test.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Each_run_has_the_seed_after_the_last_one()
    {
        Recipe recipe = Recipe.Distil(new KernelRidge(), new GaussianNoise(0.5)) with { MinPoolSize = 100 };
        using ModelDistillationResult second = new ModelDistillation(SmallProblem.Network, SmallProblem.Network, recipe, _options with { Seed = 5 })
            .Run(_few, _test);

        RepeatedDistillationReport repeated = Repeat(recipe, 3);

        repeated.Runs.Should().HaveCount(3);
        repeated.Runs[1].Final.Should().Be(second.Report!.Final);
        repeated.Runs[0].Final.Should().NotBe(repeated.Runs[1].Final);
    }

    [Fact]
    public void Comparisons_are_of_the_final_model_with_the_others_of_its_run()
    {
        RepeatedDistillationReport repeated = Repeat(Recipe.Distil(new KernelRidge(), new GaussianNoise(0.5)) with { MinPoolSize = 100 }, 2);

        repeated.AgainstPlain(Metric.Accuracy).Mean.Should().BeApproximately(repeated.Runs.Average(run => run.Final.Accuracy - run.Plain.Accuracy), 1e-12);
        repeated.AgainstControl(Metric.BrierScore)!.Mean
            .Should().BeApproximately(repeated.Runs.Average(run => run.Final.BrierScore - run.Control!.BrierScore), 1e-12);
        repeated.Describe().Should().Contain("Accuracy against the plain original changed by")
            .And.Contain("NegativeLogLikelihood against the same pool with known labels").And.Contain("2 pairs");
    }

    [Fact]
    public void Recipes_without_a_control_are_compared_with_the_plain_original_alone()
    {
        RepeatedDistillationReport repeated = Repeat(Recipe.Augment(new GaussianNoise(0.5)) with { MinPoolSize = 100 }, 1);

        repeated.AgainstControl(Metric.Accuracy).Should().BeNull();
        repeated.Describe().Should().NotContain("known labels").And.Contain("no difference is established");
    }

    [Fact]
    public void Regression_is_described_by_the_metrics_of_its_task_that_are_finite()
    {
        // Two test samples of one target: R² and Spearman's correlation are not defined.
        Tensor targets = _few.Inputs.select(1, 0).clone();
        var options = _options with { Task = EvaluationTask.Regression };
        RepeatedDistillationReport repeated = new ModelDistillation(Line, Line, Recipe.Augment(new GaussianNoise(0.5)) with { MinPoolSize = 100 }, options)
            .Repeat(new TensorData(_few.Inputs, targets.unsqueeze(1)), new TensorData(_few.Inputs[..2], torch.ones(2, 1)), 2);

        string[] lines = repeated.Describe().Split(Environment.NewLine);

        lines.Select(line => line.Split(' ')[0]).Should().StartWith(["MeanSquaredError", "RootMeanSquaredError", "MeanAbsoluteError"])
            .And.NotContain("SpearmanCorrelation");
        lines[0].Should().StartWith("MeanSquaredError against the plain original changed by ").And.Contain("2 pairs");

        static torch.nn.Module<Tensor, Tensor> Line() => torch.nn.Linear(2, 1);
    }

    [Fact]
    public void Runs_must_be_some()
    {
        Action repeat = () => Repeat(Recipe.Plain, 0);

        repeat.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*runs*");
    }

    private RepeatedDistillationReport Repeat(Recipe recipe, int runs) =>
        new ModelDistillation(SmallProblem.Network, SmallProblem.Network, recipe, _options).Repeat(_few, _test, runs);
}
