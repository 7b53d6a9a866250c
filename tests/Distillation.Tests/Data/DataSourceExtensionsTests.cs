using Distillation.Data;

namespace Distillation.Tests.Data;

public sealed class DataSourceExtensionsTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _data = new(torch.arange(10, torch.ScalarType.Float32).unsqueeze(1), torch.arange(10, torch.ScalarType.Int64) % 2);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Subset_reads_its_samples_under_new_numbers()
    {
        Batch batch = _data.Subset([7, 3, 7]).Read(torch.tensor(new long[] { 2, 1 }));

        Values(batch).Should().Equal(7, 3);
        batch.Indices.data<long>().ToArray().Should().Equal(2, 1);
    }

    [Theory]
    [InlineData(-1L)]
    [InlineData(10L)]
    public void Subset_of_a_sample_that_is_not_there_is_refused(long number)
    {
        Action take = () => _data.Subset([number]);

        take.Should().Throw<ArgumentException>().WithMessage($"*?0, 9?*{number}*");
    }

    [Fact]
    public void Shards_hold_every_sample_once()
    {
        IDataSource[] shards = [.. Enumerable.Range(0, 3).Select(rank => _data.Shard(rank, 3))];

        shards.Select(shard => shard.Count).Should().Equal(4, 3, 3);
        shards.SelectMany(shard => Values(shard.Read(torch.arange(shard.Count, torch.ScalarType.Int64)))).Order().Should().Equal(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    [Fact]
    public void Concatenated_data_is_read_in_any_order()
    {
        IDataSource both = _data.Concat(new TensorData(torch.arange(100, 105, torch.ScalarType.Float32).unsqueeze(1), torch.ones(5, torch.ScalarType.Int64)));

        Batch batch = both.Read(torch.tensor(new long[] { 12, 3, 14, 0, 10 }));

        both.Count.Should().Be(15);
        Values(batch).Should().Equal(102, 3, 104, 0, 100);
        batch.Labels!.data<long>().ToArray().Should().Equal(1, 1, 1, 0, 1);
        batch.Indices.data<long>().ToArray().Should().Equal(12, 3, 14, 0, 10);
    }

    [Fact]
    public void Concatenated_data_is_read_from_one_side_alone()
    {
        IDataSource both = _data.Concat(_data);

        Values(both.Read(torch.tensor(new long[] { 2, 1 }))).Should().Equal(2, 1);
        Values(both.Read(torch.tensor(new long[] { 12, 11 }))).Should().Equal(2, 1);
    }

    [Fact]
    public void Class_ids_beside_probabilities_become_probabilities()
    {
        IDataSource both = _data.Concat(new TensorData(torch.zeros(1, 1), torch.tensor(new[,] { { 0.25f, 0.75f } })));

        Batch batch = both.Read(torch.tensor(new long[] { 10, 1 }));

        batch.Labels!.data<float>().ToArray().Should().Equal(0.25f, 0.75f, 0, 1);
    }

    [Fact]
    public void Labels_beside_none_are_refused()
    {
        IDataSource both = _data.Concat(new TensorData(torch.zeros(1, 1)));

        Action read = () => both.Read(torch.tensor(new long[] { 10, 1 }));

        read.Should().Throw<InvalidOperationException>().WithMessage("*both have labels or neither*");
    }

    [Fact]
    public void Stratified_parts_have_both_classes()
    {
        (IDataSource train, IDataSource heldOut) = _data.SplitStratified(0.6, seed: 4);

        (train.Count, heldOut.Count).Should().Be((6, 4));
        train.Read(torch.arange(6, torch.ScalarType.Int64)).Labels!.sum().item<long>().Should().Be(3);
    }

    [Fact]
    public void Folds_of_data_without_class_ids_are_refused()
    {
        Action cut = () => new TensorData(torch.zeros(4, 1), torch.zeros(4, 2)).SplitInFolds(2);

        cut.Should().Throw<ArgumentException>().WithMessage("*Class ids*Float32*");
    }

    [Fact]
    public void Normalised_data_has_mean_0_and_deviation_1()
    {
        Tensor inputs = (torch.randn(50, 3, 4, 4) * 5) + 2;

        Tensor normalised = new TensorData(inputs).Normalized(Normalization.Fit(inputs)).Read(torch.arange(50, torch.ScalarType.Int64)).Inputs;

        normalised.mean([0, 2, 3]).abs().max().item<float>().Should().BeLessThan(1e-5f);
        normalised.square().mean([0, 2, 3]).sub(1).abs().max().item<float>().Should().BeLessThan(1e-5f);
    }

    [Fact]
    public void Normalization_follows_the_definition()
    {
        double[] column = [1, 2, 4];
        double mean = column.Average();

        Normalization normalization = Normalization.Fit(torch.tensor(new[,] { { 1.0, 5 }, { 2, 5 }, { 4, 5 } }));

        normalization.Mean.Should().Equal([mean, 5], (one, other) => Math.Abs(one - other) < 1e-12);
        normalization.StandardDeviation.Should().Equal([Math.Sqrt(column.Average(value => (value - mean) * (value - mean))), 1], (one, other) => Math.Abs(one - other) < 1e-12);
    }

    [Fact]
    public void Normalization_of_missing_values_is_refused()
    {
        Action fit = () => Normalization.Fit(torch.tensor(new[,] { { 1f, float.NaN } }));

        fit.Should().Throw<ArgumentException>().WithMessage("*finite*");
    }

    [Fact]
    public void No_tensor_is_left_by_reading()
    {
        IDataSource view = _data.Concat(_data).Subset([3, 12, 5]).Normalized(new Normalization([1], [2]));

        Leak.None(() =>
        {
            using var scope = torch.NewDisposeScope();
            view.Read(torch.arange(3, torch.ScalarType.Int64));
        });
    }

    private static float[] Values(Batch batch) => batch.Inputs.data<float>().ToArray();
}
