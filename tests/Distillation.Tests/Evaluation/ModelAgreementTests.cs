using Distillation.Evaluation;

namespace Distillation.Tests.Evaluation;

public sealed class ModelAgreementTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Numbers_follow_their_definitions()
    {
        double[] first = [2, 0, 1, 3];
        double[] second = [1, 0, 4, 3];

        AgreementReport report = Compare(torch.tensor(first).reshape(2, 2), torch.tensor(second).reshape(2, 2));

        double[][] p = [Softmax(2, 0), Softmax(1, 3)];
        double[][] q = [Softmax(1, 0), Softmax(4, 3)];
        report.Samples.Should().Be(2);
        report.Agreement.Should().Be(0.5);
        report.KullbackLeibler.Should().BeApproximately(
            p.Zip(q).Average(pair => pair.First.Zip(pair.Second).Sum(c => c.First * Math.Log(c.First / c.Second))), 1e-12);
        report.TotalVariation.Should().BeApproximately(p.Zip(q).Average(pair => pair.First.Zip(pair.Second).Sum(c => Math.Abs(c.First - c.Second)) / 2), 1e-12);
    }

    [Fact]
    public void Model_agrees_with_itself()
    {
        Tensor logits = Some.Inputs(30, 4);

        Compare(logits, logits).Should().Be(new AgreementReport
        {
            Task = "Classification",
            Samples = 30,
            Metrics = new Dictionary<string, double> { ["Agreement"] = 1, ["KullbackLeibler"] = 0, ["TotalVariation"] = 0 },
        });
    }

    [Fact]
    public void Size_of_the_batches_does_not_show() =>
        Compare(Some.Inputs(30, 4), Some.Inputs(30, 4, 5), batchSize: 7).KullbackLeibler
            .Should().BeApproximately(Compare(Some.Inputs(30, 4), Some.Inputs(30, 4, 5)).KullbackLeibler, 1e-12);

    [Fact]
    public void Models_of_different_classes_are_named()
    {
        Action compare = () => Compare(torch.zeros(3, 2), torch.zeros(3, 4));

        compare.Should().Throw<InvalidOperationException>().WithMessage("*?3, 2?*?3, 4?*");
    }

    [Fact]
    public void No_tensor_is_left()
    {
        Tensor logits = Some.Inputs(30, 4);

        Leak.None(() => Compare(logits, logits, batchSize: 8));
    }

    private static AgreementReport Compare(Tensor first, Tensor second, int batchSize = 256) =>
        ModelAgreement.Compare(
            Teacher.From((Batch batch) => first.index_select(0, batch.Indices)),
            Teacher.From((Batch batch) => second.index_select(0, batch.Indices)),
            new Numbers(first.size(0)),
            EvaluationTask.Classification,
            batchSize);

    private static double[] Softmax(double one, double other) =>
        [Math.Exp(one) / (Math.Exp(one) + Math.Exp(other)), Math.Exp(other) / (Math.Exp(one) + Math.Exp(other))];

    private sealed class Numbers(long count) : IDataSource
    {
        public long Count => count;

        public Batch Read(Tensor indices) => new(indices.unsqueeze(1), null, indices);
    }
}
