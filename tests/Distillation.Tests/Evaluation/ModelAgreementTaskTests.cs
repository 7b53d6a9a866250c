using Distillation.Evaluation;

namespace Distillation.Tests.Evaluation;

public sealed class ModelAgreementTaskTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Several_labels_are_compared_one_by_one()
    {
        Tensor first = torch.tensor(new[,] { { 1.0, -2, 0.5 }, { -1, 3, 2 } });
        Tensor second = torch.tensor(new[,] { { 2.0, 1, 0.5 }, { -1, -3, 2 } });

        AgreementReport report = Compare(first, second, EvaluationTask.MultiLabel);

        double[] p = [.. Close.Numbers(first.sigmoid())];
        double[] q = [.. Close.Numbers(second.sigmoid())];
        report.Task.Should().Be("MultiLabel");
        Close.ShouldBe(report.Agreement, 4 / 6.0, 1e-12);
        Close.ShouldBe(report.TotalVariation, p.Zip(q, (one, other) => Math.Abs(one - other)).Average(), 1e-12);
        Close.ShouldBe(
            report.KullbackLeibler, p.Zip(q, (a, b) => (a * Math.Log(a / b)) + ((1 - a) * Math.Log((1 - a) / (1 - b)))).Sum() / 2, 1e-12);
    }

    [Fact]
    public void One_label_is_compared_as_a_label()
    {
        AgreementReport report = Compare(torch.tensor(new[,] { { 1.0 }, { -1 } }), torch.tensor(new[,] { { 1.0 }, { 1 } }), EvaluationTask.MultiLabel);

        report.Agreement.Should().Be(0.5);
        report.KullbackLeibler.Should().BePositive();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Numbers_are_compared_by_the_metrics_of_a_regression(long outputs)
    {
        Tensor reference = Some.Inputs(30, outputs, 4);
        Tensor model = Some.Inputs(30, outputs, 5);

        AgreementReport report = Compare(reference, model, EvaluationTask.Regression, batchSize: 7);

        EvaluationReport expected = Evaluator.Evaluate(model, reference, EvaluationTask.Regression);
        report.Metrics.Keys.Should().Equal(expected.Metrics.Keys);
        report.Metrics.Should().AllSatisfy(one => Close.ShouldBe(one.Value, expected.Metrics[one.Key], 1e-9, one.Key));
        report.Invoking(one => one.Agreement).Should().Throw<InvalidOperationException>()
            .WithMessage("Agreement is not compared for the task Regression, but MeanSquaredError, *");
    }

    [Fact]
    public void Outputs_in_one_dimension_are_numbers() =>
        Compare(torch.zeros(4), torch.tensor(new[] { 1f, 1, 1, 3 }), EvaluationTask.Regression).Metrics["MeanSquaredError"].Should().Be(3);

    [Theory]
    [InlineData(new long[] { 4, 1 }, nameof(EvaluationTask.Classification))]
    [InlineData(new long[] { 4 }, nameof(EvaluationTask.Classification))]
    [InlineData(new long[] { 4, 5, 1 }, nameof(EvaluationTask.Tokens))]
    [InlineData(new long[] { 4, 1, 2, 2 }, nameof(EvaluationTask.Segmentation))]
    public void One_output_has_no_classes_to_agree_on(long[] shape, string task) =>
        FluentActions.Invoking(() => Compare(torch.zeros(shape), torch.ones(shape), Catalog.Task(task)))
            .Should().Throw<ArgumentException>()
            .WithMessage($"Classes need at least two outputs, but the models' output is ?{string.Join(", ", shape)}?.*Regression*");

    [Theory]
    [InlineData(new long[] { 4, 1 })]
    [InlineData(new long[] { 4 })]
    public void One_output_implies_no_task(long[] shape)
    {
        Tensor output = torch.zeros(shape);

        FluentActions.Invoking(() => Compare(output, output, task: null, labels: torch.zeros(4, torch.ScalarType.Int64))).Should().Throw<ArgumentException>()
            .WithMessage("Outputs *imply no task. Set task to EvaluationTask.Regression*");
        FluentActions.Invoking(() => Compare(output, output, task: null)).Should().Throw<ArgumentException>().WithMessage("*labels none imply no task*");
    }

    [Fact]
    public void Tokens_that_are_masked_are_not_compared()
    {
        Tensor first = Some.Inputs(20, 4).reshape(5, 4, 4);
        Tensor second = first.clone();
        second[1, 3] = torch.full([4], float.NaN, torch.ScalarType.Float32);
        first[2, 2] = torch.full([4], float.NaN, torch.ScalarType.Float32);
        second[4, 0] = second[4, 0].neg();
        Tensor mask = torch.ones(5, 4);
        mask[1, 3] = torch.tensor(0f);
        mask[2, 2] = torch.tensor(0f);

        AgreementReport report = Compare(first, second, EvaluationTask.Tokens, mask: mask, batchSize: 2);

        report.Samples.Should().Be(5);
        Close.ShouldBe(report.Agreement, 17 / 18.0, 1e-12);
        report.KullbackLeibler.Should().BePositive();
    }

    [Fact]
    public void Tokens_whose_label_is_ignored_are_not_compared()
    {
        Tensor first = Some.Inputs(20, 4).reshape(5, 4, 4);
        Tensor second = first.clone();
        second[3] = second[3].neg();
        Tensor labels = torch.zeros(5, 4, torch.ScalarType.Int64);
        labels[3] = torch.full([4], -100, torch.ScalarType.Int64);

        Compare(first, second, EvaluationTask.Tokens.Ignoring(-100), labels: labels).Agreement.Should().Be(1);
        Compare(first, second, EvaluationTask.Tokens, labels: labels).Agreement.Should().Be(0.8);
    }

    [Fact]
    public void Embeddings_are_compared_by_their_directions()
    {
        Tensor first = torch.tensor(new[,] { { 3.0, 0 }, { 0, 2 } });
        Tensor second = torch.tensor(new[,] { { 1.0, 0 }, { 1, 1 } });

        Close.ShouldBe(Compare(first, second, EvaluationTask.Retrieval).Metrics["CosineSimilarity"], (1 + Math.Sqrt(0.5)) / 2, 1e-12);
    }

    [Fact]
    public void Task_of_metrics_alone_is_refused() =>
        FluentActions.Invoking(() => Compare(torch.zeros(4, 3), torch.zeros(4, 3), EvaluationTask.Custom("mine", Metric.Accuracy)))
            .Should().Throw<ArgumentException>().WithMessage("Two models are compared for one of the library's own tasks, but the task is mine (Accuracy).*");

    [Theory]
    [InlineData(nameof(EvaluationTask.Classification))]
    [InlineData(nameof(EvaluationTask.MultiLabel))]
    [InlineData(nameof(EvaluationTask.Regression))]
    [InlineData(nameof(EvaluationTask.Retrieval))]
    public void Outputs_of_either_model_that_are_not_finite_are_refused(string name)
    {
        EvaluationTask task = Catalog.Task(name);
        Tensor good = Some.Inputs(8, 3);
        Tensor bad = good.clone();
        bad[5, 1] = torch.tensor(float.NaN);

        foreach ((Tensor reference, Tensor model) in new[] { (good, bad), (bad, good), (bad, bad) })
        {
            FluentActions.Invoking(() => Compare(reference, model, task, batchSize: 3)).Should().Throw<InvalidOperationException>()
                .WithMessage("The output of one of the models is NaN or infinite in 1 rows, first for sample 5.*");
        }
    }

    [Fact]
    public void Class_that_the_reference_rules_out_costs_nothing()
    {
        double infinity = double.PositiveInfinity;
        Tensor reference = torch.tensor(new[,] { { 0.0, 0, -infinity } });

        AgreementReport report = Compare(reference, torch.tensor(new[,] { { 1.0, 1, 1 } }), EvaluationTask.Classification);

        Close.ShouldBe(report.KullbackLeibler, Math.Log(1.5), 1e-12);
        Close.ShouldBe(report.TotalVariation, 1 / 3.0, 1e-12);
        Compare(torch.zeros(1, 3), reference, EvaluationTask.Classification).KullbackLeibler.Should().Be(infinity);
    }

    private static AgreementReport Compare(
        Tensor reference, Tensor model, EvaluationTask? task, int batchSize = 256, Tensor? mask = null, Tensor? labels = null) =>
        ModelAgreement.Compare(
            Teacher.From((Batch batch) => reference.index_select(0, batch.Indices)),
            Teacher.From((Batch batch) => model.index_select(0, batch.Indices)),
            new Source(reference.size(0), mask, labels),
            task,
            batchSize);

    private sealed class Source(long count, Tensor? mask, Tensor? labels) : IDataSource
    {
        public long Count => count;

        public Batch Read(Tensor indices)
        {
            Tensor? own = labels?.index_select(0, indices);
            return mask is null
                ? new Batch(indices.unsqueeze(1), own, indices)
                : new MaskedBatch(indices.unsqueeze(1), own, indices, mask.index_select(0, indices));
        }
    }
}
