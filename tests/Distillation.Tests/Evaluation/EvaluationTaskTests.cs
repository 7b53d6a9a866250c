using Distillation.Evaluation;

namespace Distillation.Tests.Evaluation;

public sealed class EvaluationTaskTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public static TheoryData<string> Names =>
    [
        nameof(EvaluationTask.Classification), nameof(EvaluationTask.MultiLabel), nameof(EvaluationTask.Regression), nameof(EvaluationTask.Tokens),
        nameof(EvaluationTask.Segmentation), nameof(EvaluationTask.Retrieval),
    ];

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void Name_is_that_of_the_property(string name)
    {
        EvaluationTask task = Catalog.Task(name);

        task.Name.Should().Be(name);
        task.IgnoredLabel.Should().BeNull();
        task.ToString().Should().Be($"{name} ({string.Join(", ", task.Metrics.Select(metric => metric.Name))})");
    }

    [Fact]
    public void More_metrics_come_after_those_of_the_task()
    {
        EvaluationTask task = EvaluationTask.Tokens.With(Metric.TopKAccuracy(5), Metric.Accuracy, Metric.TopKAccuracy(5));

        task.Metrics.Select(metric => metric.Name).Should().Equal("Accuracy", "NegativeLogLikelihood", "Perplexity", "MacroF1", "Top5Accuracy");
        EvaluationTask.Tokens.Metrics.Should().HaveCount(4);
    }

    [Fact]
    public void Metrics_may_be_others()
    {
        EvaluationTask task = EvaluationTask.Classification with { Metrics = [Metric.Auroc] };

        EvaluationReport report = Evaluator.Evaluate(Some.Inputs(20, 3), Some.Labels(), task);

        report.Metrics.Keys.Should().Equal("Auroc");
        report.Confusion.Should().NotBeNull();
    }

    [Fact]
    public void Metrics_are_copied()
    {
        Metric[] metrics = [Metric.Accuracy];
        EvaluationTask task = EvaluationTask.Custom("mine", metrics);

        metrics[0] = Metric.Auroc;

        task.Metrics.Should().Equal(Metric.Accuracy);
    }

    [Fact]
    public void Ignored_label_is_set_by_a_method_and_an_initializer()
    {
        EvaluationTask.Tokens.Ignoring(-100).IgnoredLabel.Should().Be(-100);
        EvaluationTask.Tokens.Ignoring(-100).Should().Be(EvaluationTask.Tokens with { IgnoredLabel = -100 }).And.NotBe(EvaluationTask.Tokens);
    }

    [Fact]
    public void Tasks_with_metrics_of_the_same_names_are_equal()
    {
        EvaluationTask one = EvaluationTask.Classification.With(new TopKAccuracy(5));
        EvaluationTask other = EvaluationTask.Classification.With(new TopKAccuracy(5));

        one.Should().Be(other).And.NotBe(EvaluationTask.Classification.With(new TopKAccuracy(3))).And.NotBe(EvaluationTask.Classification);
        one.GetHashCode().Should().Be(other.GetHashCode());
    }

    [Fact]
    public void Two_metrics_of_one_name_are_refused() =>
        FluentActions.Invoking(() => EvaluationTask.Custom("mine", new TopKAccuracy(2), new TopKAccuracy(2))).Should().Throw<ArgumentException>()
            .WithMessage("Metrics must be at least one, each name once, but are ?Top2Accuracy, Top2Accuracy?.*");

    [Fact]
    public void Task_without_metrics_is_refused()
    {
        FluentActions.Invoking(() => EvaluationTask.Custom("mine")).Should().Throw<ArgumentException>().WithMessage("Metrics must be at least one*");
        FluentActions.Invoking(() => EvaluationTask.Custom("mine", null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => EvaluationTask.Custom("mine", [null!])).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => EvaluationTask.Custom(" ", Metric.Accuracy)).Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData(new long[] { 4, 3 }, new long[] { 4 }, nameof(EvaluationTask.Classification))]
    [InlineData(new long[] { 4, 5, 3 }, new long[] { 4, 5 }, nameof(EvaluationTask.Tokens))]
    [InlineData(new long[] { 4, 3, 2, 5 }, new long[] { 4, 2, 5 }, nameof(EvaluationTask.Segmentation))]
    public void Class_ids_imply_the_task(long[] output, long[] labels, string name)
    {
        EvaluationReport report = Evaluator.Evaluate(torch.zeros(output), torch.zeros(labels, torch.ScalarType.Int64));

        report.Task.Should().Be(name);
        report.Metrics.Keys.Should().Equal(Catalog.Task(name).Metrics.Select(metric => metric.Name));
    }

    [Theory]
    [InlineData(new long[] { 4, 3 }, new long[] { 4 }, torch.ScalarType.Float32)]
    [InlineData(new long[] { 4, 3 }, new long[] { 4, 3 }, torch.ScalarType.Float32)]
    [InlineData(new long[] { 4 }, new long[] { 4 }, torch.ScalarType.Float32)]
    [InlineData(new long[] { 4, 1 }, new long[] { 4, 1 }, torch.ScalarType.Float64)]
    [InlineData(new long[] { 4, 1 }, new long[] { 4 }, torch.ScalarType.Int64)]
    [InlineData(new long[] { 4 }, new long[] { 4 }, torch.ScalarType.Int64)]
    [InlineData(new long[] { 4, 3 }, new long[] { 4, 3 }, torch.ScalarType.Int64)]
    [InlineData(new long[] { 4, 3 }, new long[] { 4, 3 }, torch.ScalarType.Bool)]
    public void Other_labels_imply_nothing_and_the_choices_are_listed(long[] output, long[] labels, torch.ScalarType type)
    {
        string[] choices = [.. Names, nameof(EvaluationTask.Custom)];

        FluentActions.Invoking(() => Evaluator.Evaluate(torch.zeros(output), torch.zeros(labels, type)))
            .Should().Throw<ArgumentException>().WithMessage($"Outputs *{type} imply no task. Set task to *").Which.Message.Should().ContainAll(choices);
    }

    [Fact]
    public void Metrics_alone_have_no_confusion_matrix() =>
        Evaluator.Evaluate(Some.Inputs(20, 3), Some.Labels(), EvaluationTask.Custom("mine", Metric.Accuracy)).Confusion.Should().BeNull();
}
