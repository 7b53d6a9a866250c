namespace Distillation.SmallData.Tests;

public sealed class UnlabeledPoolTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly LabeledSamples _originals = new(new TensorData(torch.zeros(2, 1), torch.tensor([0L, 1])));
    private readonly TensorData _pool = new(torch.tensor(new[,] { { 1f }, { 2f }, { 3f }, { 4f }, { 5f } }));

    public void Dispose()
    {
        _originals.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Samples_are_the_pools_one_after_another()
    {
        Batch batch = Read(new UnlabeledPool(_pool), 7);

        Close.Numbers(batch.Inputs).Should().Equal(1, 2, 3, 4, 5, 1, 2);
        batch.Labels.Should().BeNull();
    }

    [Fact]
    public void Seed_gives_an_order_in_which_each_comes_once()
    {
        double[] first = Close.Numbers(Read(new UnlabeledPool(_pool, seed: 1), 10).Inputs);
        double[] second = Close.Numbers(Read(new UnlabeledPool(_pool, seed: 2), 10).Inputs);

        first[..5].Order().Should().Equal(1, 2, 3, 4, 5);
        first[5..].Should().Equal(first[..5]);
        first.Should().NotEqual(second);
    }

    [Fact]
    public void Labels_of_the_pool_are_not_looked_at()
    {
        var labeled = new TensorData(torch.ones(3, 1), torch.tensor([1L, 1, 1]));

        Read(new UnlabeledPool(labeled), 3).Labels.Should().BeNull();
    }

    [Fact]
    public void Samples_are_in_the_type_of_the_originals()
    {
        using var originals = new LabeledSamples(new TensorData(torch.zeros([2, 1], torch.ScalarType.Float64)));

        originals.Generate(new UnlabeledPool(_pool), 5).Read(torch.tensor([0L])).Inputs.dtype.Should().Be(torch.ScalarType.Float64);
    }

    [Fact]
    public void Samples_of_another_shape_are_named()
    {
        Action read = () => Read(new UnlabeledPool(new TensorData(torch.zeros(4, 3))), 2);

        read.Should().Throw<InvalidOperationException>().WithMessage("*[2, 1]*[2, 3]*");
    }

    [Fact]
    public void Pool_among_others_has_known_labels_of_zeros_in_any_batch()
    {
        IDataSource source = _originals.Generate(new RandomChoice(new UnlabeledPool(_pool), new Identity()), 60);

        for (long number = 0; number < 60; number++)
        {
            Batch one = source.Read(torch.tensor([number]));
            double[] expected = one.Inputs.item<float>() > 0 ? [0, 0] : [1 - (number % 2), number % 2];
            Close.Numbers(one.Labels!).Should().Equal(expected);
        }
    }

    [Fact]
    public void Pool_among_others_is_read_into_memory()
    {
        using TensorData memory = _originals.Generate(new RandomChoice(new UnlabeledPool(_pool), new Mixup()), 50).InMemory(batchSize: 1);

        memory.Labels!.shape.Should().Equal(50, 2);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    public void Teacher_alone_labels_what_has_no_known_label(double knownShare)
    {
        ITeacher teacher = Teacher.From(batch => torch.zeros(batch.size(0), 2));
        IDataSource source = _originals.Generate(new RandomChoice(new UnlabeledPool(_pool), new Identity()), 60)
            .LabeledBy(teacher, new LabelingOptions { KnownShare = knownShare });

        Batch batch = source.Read(torch.arange(60, torch.ScalarType.Int64));

        double[][] labels = [.. Close.Numbers(batch.Labels!).Chunk(2)];
        double[] inputs = Close.Numbers(batch.Inputs);
        for (int i = 0; i < 60; i++)
        {
            double second = inputs[i] > 0 ? 0.5 : (0.5 * (1 - knownShare)) + (i % 2 * knownShare);
            Close.ShouldBe(labels[i], [1 - second, second], 1e-6);
        }
    }

    [Fact]
    public void Teacher_labels_the_part_that_is_not_known()
    {
        // Half of the sample is an original of class 0, half has no label.
        IDataSource half = new TensorData(torch.zeros(1, 1), torch.tensor(new[,] { { 0.5f, 0f } }));
        IDataSource source = half.LabeledBy(Teacher.From(_ => torch.tensor(new[,] { { 0f, MathF.Log(3) } })), new LabelingOptions { KnownShare = 1 });

        Close.ShouldBe(Close.Numbers(source.Read(torch.tensor([0L])).Labels!), [0.5 + (0.5 * 0.25), 0.5 * 0.75], 1e-6);
    }

    private Batch Read(ISampleGenerator generator, long count) => _originals.Generate(generator, count).Read(torch.arange(count, torch.ScalarType.Int64));
}
