namespace Distillation.Tests.Evaluation;

public sealed class RetrievalTests : IDisposable
{
    private const int Samples = 1300;

    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void More_samples_than_are_compared_at_once_are_ranked_as_one_by_one()
    {
        Tensor embeddings = Some.Inputs(Samples, 4, 7, torch.ScalarType.Float64);
        Tensor labels = Some.Labels(Samples, 300, 8);
        (double recall, double gain) = OneByOne(Close.Numbers(embeddings / embeddings.norm(1, keepdim: true, p: 2f)), [.. labels.data<long>()], k: 10);

        Close.ShouldBe(Catalog.Value(Metric.RecallAt(10), embeddings, Catalog.Batch(embeddings, labels)), recall, 1e-9);
        Close.ShouldBe(Catalog.Value(Metric.NdcgAt(10), embeddings, Catalog.Batch(embeddings, labels)), gain, 1e-9);
    }

    [Fact]
    public void Samples_that_are_all_alone_in_their_class_give_no_number()
    {
        Tensor embeddings = Some.Inputs(5, 4);

        Catalog.Value(Metric.RecallAt(2), embeddings, Catalog.Batch(embeddings, torch.arange(5))).Should().Be(double.NaN);
        Catalog.Value(Metric.NdcgAt(2), embeddings, Catalog.Batch(embeddings, torch.arange(5))).Should().Be(double.NaN);
    }

    [Fact]
    public void Sample_does_not_find_itself()
    {
        Tensor embeddings = torch.tensor(new[,] { { 1.0, 0 }, { -1, 0 }, { 0.9, 0.1 } });

        Catalog.Value(Metric.RecallAt(1), embeddings, Catalog.Batch(embeddings, torch.tensor(new long[] { 5, 5, 6 }))).Should().Be(0);
    }

    [Fact]
    public void More_than_there_are_others_are_all()
    {
        Tensor embeddings = Some.Inputs(6, 4);
        Batch batch = Catalog.Batch(embeddings, torch.tensor(new long[] { 0, 0, 1, 1, 1, 2 }));

        Catalog.Value(Metric.RecallAt(5), embeddings, batch).Should().Be(1);
        Catalog.Value(Metric.RecallAt(500), embeddings, batch).Should().Be(1);
        Catalog.Value(Metric.NdcgAt(500), embeddings, batch).Should().Be(Catalog.Value(Metric.NdcgAt(5), embeddings, batch));
    }

    private static (double Recall, double Gain) OneByOne(double[] unit, long[] labels, int k)
    {
        double Similarity(int one, int other) => Enumerable.Range(0, 4).Sum(i => unit[(4 * one) + i] * unit[(4 * other) + i]);
        var recalls = new List<double>();
        var gains = new List<double>();
        for (int one = 0; one < Samples; one++)
        {
            int self = one;
            int[] others = [.. Enumerable.Range(0, Samples).Where(other => other != self)];
            int relevant = others.Count(other => labels[other] == labels[self]);
            if (relevant > 0)
            {
                bool[] hits = [.. others.OrderByDescending(other => Similarity(self, other)).Take(k).Select(other => labels[other] == labels[self])];
                recalls.Add((double)hits.Count(hit => hit) / relevant);
                gains.Add(hits.Index().Sum(hit => hit.Item ? 1 / Math.Log2(hit.Index + 2) : 0)
                    / Enumerable.Range(0, Math.Min(k, relevant)).Sum(place => 1 / Math.Log2(place + 2)));
            }
        }

        return (recalls.Average(), gains.Average());
    }
}
