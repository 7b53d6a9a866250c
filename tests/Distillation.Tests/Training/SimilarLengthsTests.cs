using Distillation.Data;
using Distillation.Losses;
using Distillation.Training;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Training;

public sealed class SimilarLengthsTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(LastBatch.Keep)]
    [InlineData(LastBatch.Drop)]
    public void Every_epoch_has_each_sample_at_most_once_and_a_batch_that_is_not_full_at_the_end(LastBatch last)
    {
        var data = new Recorded(1003);

        Fit(data, new TrainerOptions { Epochs = 2, BatchSize = 8, Order = SampleOrder.SimilarLengths, LastBatch = last });

        long[][] batches = data.Batches;
        int perEpoch = batches.Length / 2;
        foreach (long[][] epoch in batches.Chunk(perEpoch))
        {
            epoch.SelectMany(batch => batch).Should().OnlyHaveUniqueItems().And.HaveCount(last == LastBatch.Keep ? 1003 : 1000);
            epoch[..^1].Should().OnlyContain(batch => batch.Length == 8);
        }

        batches[0].Should().NotEqual(batches[perEpoch]);
    }

    [Fact]
    public void Batches_have_samples_of_similar_length_in_an_order_that_is_not_that_of_the_lengths()
    {
        var data = new Recorded(4096);

        Fit(data, new TrainerOptions { Epochs = 1, BatchSize = 16, Order = SampleOrder.SimilarLengths });

        int[][] lengths = [.. data.Batches.Select(batch => batch.Select(number => data.Lengths[(int)number]).ToArray())];
        lengths.Average(batch => batch.Max() - batch.Min()).Should().BeLessThan(2, "lengths go to 100, and 64 batches are sorted together");
        lengths.Zip(lengths.Skip(1)).Count(pair => pair.First.Max() <= pair.Second.Min()).Should().BeInRange(64, 192, "of 255 pairs in random order");
    }

    [Fact]
    public void Order_is_the_same_for_the_same_seed_and_another_for_another_seed()
    {
        long[][] Order(int seed)
        {
            var data = new Recorded(300);
            Fit(data, new TrainerOptions { Epochs = 1, BatchSize = 16, Order = SampleOrder.SimilarLengths, Seed = seed });
            return data.Batches;
        }

        Order(1).Should().BeEquivalentTo(Order(1), options => options.WithStrictOrdering());
        Order(1)[0].Should().NotEqual(Order(2)[0]);
    }

    [Fact]
    public void Subsets_and_shards_keep_the_lengths()
    {
        var data = new Recorded(40);

        data.Subset([3L, 1L]).Lengths.Should().Equal(data.Lengths[3], data.Lengths[1]);
        data.Shard(1, 4).Normalized(new Normalization([0], [1])).Lengths.Should().Equal(Enumerable.Range(0, 10).Select(i => data.Lengths[1 + (4 * i)]));
        new TensorData(torch.randn(3, 2)).Should().BeAssignableTo<IDataSource>().Which.Lengths.Should().BeNull();
    }

    [Fact]
    public void Data_without_lengths_is_refused_before_training_and_the_student_can_train_afterward()
    {
        using Module<Tensor, Tensor> module = Linear(2, 3);
        using IStudent student = Student.From(module);
        var data = new TensorData(torch.randn(30, 2), torch.arange(30).remainder(3));
        SupervisedTrainer Trainer(SampleOrder order) => new(student, new HardLabelLoss(), new TrainerOptions { Epochs = 1, Order = order });

        Action fit = () => Trainer(SampleOrder.SimilarLengths).Fit(data);

        fit.Should().Throw<ArgumentException>().WithMessage("*SimilarLengths*TensorData has none*");
        Trainer(SampleOrder.Shuffled).Fit(data).Status.Should().Be(TrainingStatus.Completed);
    }

    private static void Fit(IDataSource data, TrainerOptions options)
    {
        using Module<Tensor, Tensor> module = Linear(2, 3);
        using IStudent student = Student.From(module);
        new SupervisedTrainer(student, new HardLabelLoss(), options).Fit(data);
    }

    // Samples of 1 to 100 tokens, as far as their lengths go.
    private sealed class Recorded(int count) : IDataSource
    {
        private readonly int[] _lengths = [.. Enumerable.Range(0, count).Select(number => 1 + (number * 37 % 100))];
        private readonly List<long[]> _batches = [];

        public long Count => count;

        public IReadOnlyList<int> Lengths => _lengths;

        // A run reads its first batch once before, to check it.
        public long[][] Batches => [.. _batches.Skip(1)];

        public Batch Read(Tensor indices)
        {
            _batches.Add(indices.data<long>().ToArray());
            return new Batch(torch.ones(indices.size(0), 2), torch.zeros(indices.size(0), torch.ScalarType.Int64), indices);
        }
    }
}
