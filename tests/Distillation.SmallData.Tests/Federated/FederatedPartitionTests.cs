namespace Distillation.SmallData.Tests;

public sealed class FederatedPartitionTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _data;

    public FederatedPartitionTests()
    {
        Tensor labels = torch.arange(1_000L) % 10;
        _data = TensorData.Owning(torch.arange(1_000, torch.ScalarType.Float32).unsqueeze(1), labels);
    }

    public void Dispose()
    {
        _data.Dispose();
        _scope.Dispose();
    }

    public static TheoryData<int, int> Counts() => new() { { 2, 0 }, { 7, 1 }, { 200, 2 } };

    [Theory]
    [MemberData(nameof(Counts))]
    public void Every_sample_is_in_one_client_and_no_client_is_empty(int clients, int seed)
    {
        foreach (IReadOnlyList<IDataSource> parts in All(clients, seed))
        {
            parts.Should().HaveCount(clients);
            parts.Should().OnlyContain(part => part.Count > 0);
            parts.SelectMany(Rows).Order().Should().Equal(Enumerable.Range(0, 1_000).Select(row => (float)row));
        }
    }

    [Fact]
    public void Same_seed_gives_the_same_split_and_another_one_does_not()
    {
        foreach ((IReadOnlyList<IDataSource> first, IReadOnlyList<IDataSource> same, IReadOnlyList<IDataSource> other) in All(9, 5).Zip(All(9, 5), All(9, 6)))
        {
            first.Zip(same).Should().OnlyContain(pair => Rows(pair.First).SequenceEqual(Rows(pair.Second)));
            first.Zip(other).Should().Contain(pair => !Rows(pair.First).SequenceEqual(Rows(pair.Second)));
        }
    }

    [Fact]
    public void Small_concentration_leaves_few_classes_and_a_large_one_all()
    {
        IReadOnlyList<IDataSource> skewed = FederatedPartition.Dirichlet(_data, 0.05, 20);
        IReadOnlyList<IDataSource> even = FederatedPartition.Dirichlet(_data, 1_000, 20);

        skewed.Select(part => part.Count).Should().AllBeEquivalentTo(50L);
        skewed.Average(part => LargestClass(part)).Should().BeGreaterThan(0.6);
        even.Average(part => LargestClass(part)).Should().BeLessThan(0.25);
    }

    [Fact]
    public void Shares_of_a_class_have_the_mean_and_the_variance_of_the_distribution()
    {
        var random = new SplitMix64(3);
        double[][] draws = [.. Enumerable.Range(0, 4_000).Select(_ => DirichletDraw.Next(ref random, 0.3, 10))];

        double[] first = [.. draws.Select(draw => draw[0])];
        double mean = first.Average();
        mean.Should().BeApproximately(0.1, 0.01);
        first.Average(share => (share - mean) * (share - mean)).Should().BeApproximately(0.1 * 0.9 / (1 + (10 * 0.3)), 0.002);
        draws.Should().OnlyContain(draw => Math.Abs(draw.Sum() - 1) < 1e-12);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    public void Each_client_has_as_many_classes_and_each_class_is_dealt_evenly(int classes)
    {
        IReadOnlyList<IDataSource> parts = FederatedPartition.ClassesPerClient(_data, classes, 10, seed: 3);

        parts.Should().OnlyContain(part => Labels(part).Distinct().Count() == classes);
        parts.Select(part => part.Count).Should().AllSatisfy(count => count.Should().BeInRange(60, 140));
    }

    [Fact]
    public void Sizes_differ_by_the_concentration()
    {
        long[] skewed = [.. FederatedPartition.QuantitySkew(_data, 0.2, 10).Select(part => part.Count)];
        long[] even = [.. FederatedPartition.QuantitySkew(_data, 1_000, 10).Select(part => part.Count)];

        (skewed.Max() - skewed.Min()).Should().BeGreaterThan(200);
        (even.Max() - even.Min()).Should().BeLessThan(30);
    }

    [Fact]
    public void Inputs_of_each_client_are_changed_in_its_own_way()
    {
        IReadOnlyList<IDataSource> parts = FederatedPartition.Even(_data, 3);

        IReadOnlyList<TensorData> changed = FederatedPartition.FeatureSkew(parts, [null, new GaussianNoise(0.1), new GaussianNoise(10)]);

        double[] moved = [.. parts.Zip(changed, (before, after) => Rows(before).Zip(Rows(after), (one, other) => Math.Abs(one - other)).Average())];
        moved[0].Should().Be(0);
        moved[1].Should().BeInRange(1, moved[2] / 50);
        changed.Zip(parts).Should().OnlyContain(pair => Labels(pair.First).SequenceEqual(Labels(pair.Second)));
        foreach (TensorData client in changed)
        {
            client.Dispose();
        }
    }

    [Fact]
    public void What_cannot_be_split_is_refused()
    {
        using TensorData unlabeled = TensorData.Owning(torch.zeros(5, 2), null);

        FluentActions.Invoking(() => FederatedPartition.Even(_data, 1)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*clients*1*");
        FluentActions.Invoking(() => FederatedPartition.Even(_data, 1_001)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*clients*1001*");
        FluentActions.Invoking(() => FederatedPartition.Dirichlet(_data, 0, 2)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*alpha*");
        FluentActions.Invoking(() => FederatedPartition.Dirichlet(unlabeled, 1, 2)).Should().Throw<ArgumentException>().WithMessage("*class ids*none*");
        FluentActions.Invoking(() => FederatedPartition.ClassesPerClient(_data, 2, 4))
            .Should().Throw<ArgumentException>().WithMessage("*4 clients of 2 classes*10 classes*");
        FluentActions.Invoking(() => FederatedPartition.ClassesPerClient(_data, 10, 101)).Should().Throw<ArgumentException>().WithMessage("*100 samples*101*");
    }

    private IEnumerable<IReadOnlyList<IDataSource>> All(int clients, int seed) =>
    [
        FederatedPartition.Even(_data, clients, seed),
        FederatedPartition.QuantitySkew(_data, 0.5, clients, seed),
        FederatedPartition.Dirichlet(_data, 0.3, clients, seed),
        FederatedPartition.ClassesPerClient(_data, 5, clients, seed),
    ];

    private static float[] Rows(IDataSource source) => source.Read(torch.arange(source.Count)).Inputs.data<float>().ToArray();

    private static long[] Labels(IDataSource source) => source.Read(torch.arange(source.Count)).Labels!.data<long>().ToArray();

    private static double LargestClass(IDataSource source) => (double)Labels(source).CountBy(id => id).Max(pair => pair.Value) / source.Count;
}
