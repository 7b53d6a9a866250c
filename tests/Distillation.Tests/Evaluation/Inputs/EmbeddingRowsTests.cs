using Distillation.Evaluation;

namespace Distillation.Tests.Evaluation;

public sealed class EmbeddingRowsTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Embeddings_have_length_one() =>
        Close.Numbers(Rows(Some.Inputs(20, 5) * 7, Some.Labels()).Embeddings.norm(1, keepdim: false, p: 2f))
            .Should().AllSatisfy(length => Close.ShouldBe(length, 1, 1e-12));

    [Theory]
    [InlineData(new long[] { 4, 3 }, new long[] { 4, 1 })]
    [InlineData(new long[] { 4, 2, 3 }, new long[] { 4 })]
    [InlineData(new long[] { 4 }, new long[] { 4 })]
    public void Other_shapes_are_refused(long[] output, long[] labels) =>
        Reading(torch.ones(output), torch.zeros(labels, torch.ScalarType.Int64)).Should().Throw<ArgumentException>()
            .WithMessage($"Retrieval needs embeddings ?N, D? and class ids ?N? of an integer type, but the output is ?{string.Join(", ", output)}?*Int64.*");

    [Fact]
    public void Labels_of_a_floating_type_are_refused() =>
        Reading(torch.ones(4, 3), torch.zeros(4)).Should().Throw<ArgumentException>().WithMessage("*of an integer type*Float32.*");

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void Embeddings_that_are_not_finite_are_counted_and_the_first_is_named(double value)
    {
        Tensor output = torch.ones(6, 3);
        output[4, 1] = torch.tensor((float)value);
        output[5, 1] = torch.tensor((float)value);

        foreach (Metric metric in EvaluationTask.Retrieval.Metrics)
        {
            FluentActions.Invoking(() => Catalog.Value(metric, output, Catalog.Batch(output, torch.zeros(6, torch.ScalarType.Int64))))
                .Should().Throw<InvalidOperationException>().WithMessage("The model's output is NaN or infinite in 2 rows, first for sample 4.*");
        }
    }

    [Fact]
    public void Embedding_of_zeros_has_no_direction_and_is_refused()
    {
        Tensor output = torch.eye(4);
        output[1, 1] = torch.tensor(0f);

        FluentActions.Invoking(() => Catalog.Value(Metric.RecallAt(1), output, Catalog.Batch(output, torch.zeros(4, torch.ScalarType.Int64))))
            .Should().Throw<InvalidOperationException>().WithMessage("*first for sample 1.*");
    }

    private static EmbeddingRows Rows(Tensor output, Tensor labels) => new MetricInput(output, Catalog.Batch(output, labels)).Embeddings;

    private static Action Reading(Tensor output, Tensor labels) => () => Rows(output, labels);
}
