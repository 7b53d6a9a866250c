namespace Distillation.SmallData.Tests;

public sealed class GenerationExtensionsTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Teacher_labels_with_its_probabilities()
    {
        IDataSource data = new TensorData(torch.zeros(3, 2))
            .LabeledBy(Teacher.From(_ => torch.tensor(new[,] { { 0f, MathF.Log(3) }, { 0f, 0f }, { 0f, 0f } })), new LabelingOptions { Temperature = 1 });

        Tensor labels = data.Read(torch.tensor([0L, 1, 2])).Labels!;

        Close.ShouldBe(Close.Numbers(labels), [0.25, 0.75, 0.5, 0.5, 0.5, 0.5], 1e-6);
    }

    [Fact]
    public void Known_labels_are_blended_in()
    {
        IDataSource data = new TensorData(torch.zeros(2, 2), torch.tensor([0L, 1]))
            .LabeledBy(Teacher.From(_ => torch.zeros(2, 2)), new LabelingOptions { KnownShare = 0.5 });

        Close.ShouldBe(Close.Numbers(data.Read(torch.tensor([0L, 1])).Labels!), [0.75, 0.25, 0.25, 0.75], 1e-6);
    }

    [Fact]
    public void Temperature_softens_labels()
    {
        IDataSource data = new TensorData(torch.zeros(1, 2))
            .LabeledBy(Teacher.From(_ => torch.tensor(new[,] { { 0f, 2 * MathF.Log(3) } })), new LabelingOptions { Temperature = 2 });

        Close.ShouldBe(Close.Numbers(data.Read(torch.tensor([0L])).Labels!), [0.25, 0.75], 1e-6);
    }

    [Fact]
    public void Augmentation_makes_views_that_are_functions_of_seed_and_number()
    {
        using var originals = new LabeledSamples(Some.Data(samples: 6));
        ISampleTransform transform = new GaussianNoise().AsAugmentation(originals);
        Tensor inputs = originals.Inputs.clone();

        Tensor all = transform.Transform(inputs, torch.arange(6, torch.ScalarType.Int64), seed: 3);
        Tensor some = transform.Transform(inputs[torch.TensorIndex.Slice(4, 6)], torch.tensor([4L, 5]), seed: 3);

        Close.Numbers(some).Should().Equal(Close.Numbers(all[torch.TensorIndex.Slice(4, 6)]));
        Close.Numbers(all).Should().NotIntersectWith(Close.Numbers(transform.Transform(inputs, torch.arange(6, torch.ScalarType.Int64), seed: 4)));
        Close.Numbers(inputs).Should().Equal(Close.Numbers(originals.Inputs), "they are not changed in place");
    }

    [Fact]
    public void In_memory_is_what_the_source_reads()
    {
        using var originals = new LabeledSamples(Some.Data());
        IDataSource source = originals.Generate(new GaussianNoise(), count: 50, seed: 4);

        using TensorData memory = source.InMemory(batchSize: 7);

        Close.Numbers(memory.Inputs).Should().Equal(Close.Numbers(source.Read(torch.arange(50, torch.ScalarType.Int64)).Inputs));
        memory.Labels!.shape.Should().Equal(50, 3);
    }

    [Fact]
    public void Old_and_new_come_in_their_shares()
    {
        IDataSource old = new TensorData(torch.zeros(10, 1), torch.zeros(10, torch.ScalarType.Int64));
        IDataSource pool = new TensorData(torch.ones(90, 1), torch.ones([90, 2]) / 2);

        IDataSource both = old.TogetherWith(pool, poolShare: 0.75);

        both.Count.Should().Be(120);
        Batch all = both.Read(torch.arange(120, torch.ScalarType.Int64));
        all.Inputs.sum().item<float>().Should().Be(90);
        Close.Numbers(all.Labels!.select(1, 0)).Take(30).Should().OnlyContain(share => share == 1);
    }

    [Fact]
    public void Every_old_sample_comes_at_least_once()
    {
        IDataSource old = new TensorData(torch.zeros(10, 1));
        IDataSource pool = new TensorData(torch.ones(3, 1));

        old.TogetherWith(pool).Count.Should().Be(13);
    }

    [Fact]
    public void Labeled_data_keeps_what_its_batches_carry_and_memory_refuses_it()
    {
        using var scope = torch.NewDisposeScope();
        IDataSource labeled = new MaskedSource().LabeledBy(Teacher.From((MaskedBatch batch) => batch.Mask.to(torch.ScalarType.Float32)));

        var batch = (MaskedBatch)labeled.Read(torch.tensor(new long[] { 1, 0 }));

        batch.Mask.data<bool>().ToArray().Should().Equal(false, true, true, true);
        batch.Labels!.shape.Should().Equal(2, 2);
        labeled.Lengths.Should().Equal(2, 1);
        labeled.Invoking(data => data.InMemory()).Should().Throw<NotSupportedException>().WithMessage("*would lose what a MaskedBatch carries*");
        labeled.Invoking(data => new LabeledSamples(data)).Should().Throw<NotSupportedException>().WithMessage("*would lose*");
    }

    // Two sequences of two places, of which the second one has padding.
    private sealed class MaskedSource : IDataSource
    {
        public long Count => 2;

        public IReadOnlyList<int> Lengths => [2, 1];

        public Batch Read(Tensor indices)
        {
            Tensor mask = torch.tensor(new[,] { { true, true }, { false, true } }).index_select(0, indices);
            return new MaskedBatch(torch.ones(indices.size(0), 2), labels: null, indices, mask);
        }
    }
}
