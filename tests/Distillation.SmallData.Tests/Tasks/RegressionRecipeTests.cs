using Distillation.Evaluation;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData.Tests.Tasks;

public sealed class RegressionRecipeTests : IDisposable
{
    private static readonly TrainerOptions Training = new() { Steps = 150, BatchSize = 32, Optimizer = new AdamWOptimizer(0.02) };

    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Mixup_mixes_targets_as_inputs(int dimensions)
    {
        // Targets that are the inputs: what happens to one happens to the other.
        Tensor inputs = Some.Inputs(10, dimensions);
        using LabeledSamples data = new(new TensorData(inputs, dimensions == 1 ? inputs.squeeze(1) : inputs), EvaluationTask.Regression);

        Batch batch = data.Generate(new Mixup(), 20, seed: 3).Read(torch.arange(20, torch.ScalarType.Int64));

        batch.Labels!.dim().Should().Be(dimensions == 1 ? 1 : 2);
        Close.ShouldBe(Close.Numbers(batch.Labels!), Close.Numbers(batch.Inputs), 1e-5);
        batch.Inputs.allclose(inputs.repeat(2, 1)).Should().BeFalse();
    }

    [Fact]
    public void A_target_that_is_not_known_is_the_teachers_alone()
    {
        using var data = new LabeledSamples(new TensorData(torch.zeros(4, 1), torch.ones(4)), EvaluationTask.Regression);
        using var pool = new TensorData(torch.full([5, 1], 9f));
        IDataSource mixed = data.Generate(new RandomChoice(new Identity(), new UnlabeledPool(pool)), 40);
        using ITeacher teacher = Teacher.From(inputs => inputs * 2);

        Batch known = mixed.Read(torch.arange(40, torch.ScalarType.Int64));
        Batch labeled = mixed.LabeledBy(teacher, new() { Task = EvaluationTask.Regression, KnownShare = 0.5 }).Read(torch.arange(40, torch.ScalarType.Int64));

        known.Labels!.isnan().eq(known.Inputs.squeeze(1).eq(9)).all().item<bool>().Should().BeTrue();
        known.Labels!.isnan().any().item<bool>().Should().BeTrue();

        // Half of 1 and half of the teacher's 0; of the others the teacher's 18 alone.
        labeled.Labels!.shape.Should().Equal(40);
        Close.Numbers(labeled.Labels!).Distinct().Should().BeEquivalentTo([0.5, 18]);
    }

    [Fact]
    public void Several_labels_are_the_teachers_probabilities_of_each()
    {
        using var data = new TensorData(torch.tensor(new float[,] { { 0, 2 } }));
        using ITeacher teacher = Teacher.From(inputs => inputs.alias());

        Tensor labels = data.LabeledBy(teacher, new() { Task = EvaluationTask.MultiLabel }).Read(torch.tensor([0L])).Labels!;

        Close.ShouldBe(Close.Numbers(labels), [0.5, 1 / (1 + Math.Exp(-2))], 1e-6);
    }

    [Fact]
    public void A_search_finds_that_a_line_is_a_line()
    {
        using LabeledSamples data = Line(100, noise: 0.3f);
        var options = new RecipeSearchOptions { Task = EvaluationTask.Regression, Folds = 3, Training = Training, PlainWeightDecays = [0.1] };

        RecipeSearchResult found = new RecipeSearch(() => Network(1), [Recipe.Augment(new Mixup()) with { MinPoolSize = 200 }], options).Run(data);

        found.Chance.Recipe.Name.Should().Be("mean of the targets");
        found.Chance.Accuracy.Should().BeInRange(-0.2, 0.05);
        RecipeScore ridge = found.Scores.Single(score => score.Recipe.Name == "ridge regression");
        ridge.Accuracy.Should().BeGreaterThan(0.9);
        ridge.GainOverChance.IsMoreAccurate.Should().BeTrue();
        found.Recommendation.Should().NotBe(Recommendation.NothingBeatsChance).And.NotBe(Recommendation.CalibratePlain);
        found.Metric.Name.Should().Be("MeanSquaredError");
        found.Describe().Should().Contain("R²").And.NotContain("accuracy");

        // Of normal errors of variance v the likelihood is ½·log(2πe·v).
        double variance = (1 - ridge.Accuracy) * data.Targets!.var(unbiased: false).item<float>();
        ridge.NegativeLogLikelihood.Should().BeApproximately(0.5 * Math.Log(2 * Math.PI * Math.E * variance), 0.1);
    }

    [Fact]
    public void A_search_on_noise_claims_nothing()
    {
        using var data = new LabeledSamples(new TensorData(Some.Inputs(80, 3), Some.Inputs(80, 1, seed: 9).squeeze(1)), EvaluationTask.Regression);
        var options = new RecipeSearchOptions
        {
            Task = EvaluationTask.Regression,
            Folds = 3,
            Training = Training with { Steps = 60 },
            PlainWeightDecays = [1],
        };

        RecipeSearchResult found = new RecipeSearch(() => Network(3), [], options).Run(data);

        found.Recommendation.Should().Be(Recommendation.NothingBeatsChance);
        found.Describe().Should().Contain("mean of the targets");
    }

    [Fact]
    public void A_search_scores_several_labels()
    {
        Tensor inputs = Some.Inputs(90, 2);
        using var data = new LabeledSamples(new TensorData(inputs, inputs.greater(0).to(torch.ScalarType.Float32)), EvaluationTask.MultiLabel);
        var options = new RecipeSearchOptions { Task = EvaluationTask.MultiLabel, Folds = 3, Training = Training, PlainWeightDecays = [0.1] };

        RecipeSearchResult found = new RecipeSearch(() => Network(2, 2), [], options).Run(data);

        found.Chance.Recipe.Name.Should().Be("frequencies of the labels");
        found.Plain.Accuracy.Should().BeGreaterThan(0.85);
        found.Chance.Accuracy.Should().BeInRange(0.3, 0.7);
        found.Scores[^1].Accuracy.Should().BeGreaterThan(found.Plain.Accuracy - 0.03, "the stack has the plain original as a member");
        found.Plain.GainOverChance.IsMoreLikely.Should().BeTrue();
    }

    [Fact]
    public void A_model_distillation_of_a_regression_reports_squared_errors()
    {
        using TensorData train = LineData(60, 0.3f);
        using TensorData test = LineData(200, 0.3f, seed: 30);
        Recipe recipe = Recipe.Distil(new KernelRidge(), new Mixup()) with { MinPoolSize = 300, Labeling = new() { KnownShare = 0.3 } };
        var options = new ModelDistillationOptions { Task = EvaluationTask.Regression, Training = Training, PlainWeightDecays = [0.1, 1] };

        using ModelDistillationResult result = new ModelDistillation(() => Network(1), () => Linear(1, 1), recipe, options).Run(train, test);

        ModelDistillationReport report = result.Report!;
        report.Plain.Task.Should().Be("Regression");
        report.Final[new R2Score()].Should().BeGreaterThan(0.9);
        report.Distilled[new R2Score()].Should().BeGreaterThan(0.9);
        report.Control.Should().NotBeNull();
        report.Difference.Should().BeNull();
        report.ErrorDifference!.Mean.Should().BeApproximately(
            report.Final[new MeanSquaredError()] - report.Plain[new MeanSquaredError()], 1e-5);
        report.Describe().Should().Contain("mean squared error").And.NotContain("McNemar");
        result.Diagnosis.Should().BeNull();
    }

    [Fact]
    public void What_does_not_fit_the_task_is_refused_before_anything_is_trained()
    {
        using LabeledSamples line = Line(20, 0.1f);
        using TensorData train = LineData(20, 0.1f);
        FluentActions.Invoking(() => new RecipeSearch(() => Network(1), []).Run(line)).Should().Throw<ArgumentException>()
            .WithMessage("*Task*Regression*Classification*");
        FluentActions.Invoking(() => new LabeledSamples(train)).Should().Throw<ArgumentException>().WithMessage("*EvaluationTask.Regression*MultiLabel*");
        FluentActions.Invoking(() => new LabeledSamples(train, EvaluationTask.MultiLabel)).Should().Throw<ArgumentException>()
            .WithMessage("*[M, C] of 0 and 1*[20]*");
        FluentActions.Invoking(() => new LabeledSamples(train, EvaluationTask.Retrieval)).Should().Throw<ArgumentException>()
            .WithMessage("*Regression*Retrieval*");
        FluentActions.Invoking(() => new LabeledSamples(new TensorData(torch.rand(2, 1), torch.tensor(new[] { 1f, float.NaN })), EvaluationTask.Regression))
            .Should().Throw<ArgumentException>().WithMessage("*finite*sample 1*");
        var labeling = new LabelingOptions { Task = EvaluationTask.Regression };
        FluentActions.Invoking(() => line.Generate(new Identity(), 4).LabelAndKeep(Teacher.From(inputs => inputs.alias()), new SampleFilter(), labeling))
            .Should().Throw<ArgumentException>().WithMessage("*probabilities*Regression*");
        var options = new ModelDistillationOptions { Task = EvaluationTask.Regression, DiagnosisFolds = 3 };
        FluentActions.Invoking(() => new ModelDistillation(() => Network(1), () => Network(1), Recipe.Plain, options).Run(train))
            .Should().Throw<ArgumentException>().WithMessage("*DiagnosisFolds*Regression*");
    }

    [Fact]
    public void Recipes_for_targets_run()
    {
        using LabeledSamples data = Line(30, 0.3f);
        var options = new RecipeSearchOptions
        {
            Task = EvaluationTask.Regression,
            Folds = 2,
            Training = Training with { Steps = 5 },
            PlainWeightDecays = [1],
            Families = [],
        };

        RecipeSearchResult found = new RecipeSearch(
            () => Network(1), [.. Recipes.ForTargets().Select(recipe => recipe with { MinPoolSize = 50 })], options).Run(data);

        found.Scores.Select(score => score.Recipe.Kind).Should().Contain([RecipeKind.AugmentationOnly, RecipeKind.Distillation, RecipeKind.TeacherItself]);
    }

    private static Module<Tensor, Tensor> Network(int inputs, int outputs = 1) => Sequential(Linear(inputs, 16), ReLU(), Linear(16, outputs));

    private static LabeledSamples Line(int samples, float noise)
    {
        using TensorData data = LineData(samples, noise);
        return new LabeledSamples(data, EvaluationTask.Regression);
    }

    private static TensorData LineData(int samples, float noise, int seed = 2)
    {
        using var scope = torch.NewDisposeScope();
        Tensor inputs = Some.Inputs(samples, 1, seed);
        return TensorData.Owning(inputs, (inputs.squeeze(1) * 2) + 1 + (Some.Inputs(samples, 1, seed + 1).squeeze(1) * noise));
    }
}
