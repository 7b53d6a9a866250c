namespace Distillation.Tests.Training;

public sealed partial class TrainingLoopTests
{
    [Fact]
    public void Epoch_visits_every_sample_once()
    {
        using var step = new RecordingStep();

        Run(step, new TrainerOptions { Epochs = 1, BatchSize = 8 });

        step.Batches.Select(batch => batch.Length).Should().Equal(8, 8, 4);
        step.Batches.SelectMany(batch => batch).Should().BeEquivalentTo(Enumerable.Range(0, 20).Select(i => (long)i));
    }

    [Fact]
    public void Epochs_have_orders_of_their_own()
    {
        using var step = new RecordingStep();

        Run(step, new TrainerOptions { Epochs = 2, BatchSize = 20 });

        step.Batches[0].Should().NotEqual(step.Batches[1]);
    }

    [Fact]
    public void Order_follows_the_seed()
    {
        using var one = new RecordingStep();
        using var same = new RecordingStep();
        using var other = new RecordingStep();

        Run(one, new TrainerOptions { Epochs = 2, Seed = 5 });
        Run(same, new TrainerOptions { Epochs = 2, Seed = 5 });
        Run(other, new TrainerOptions { Epochs = 2, Seed = 6 });

        one.Batches.SelectMany(batch => batch).Should().Equal(same.Batches.SelectMany(batch => batch));
        one.Batches.SelectMany(batch => batch).Should().NotEqual(other.Batches.SelectMany(batch => batch));
    }

    [Fact]
    public void Sequential_order_is_that_of_the_source()
    {
        using var step = new RecordingStep();

        Run(step, new TrainerOptions { Epochs = 1, BatchSize = 8, Order = SampleOrder.Sequential });

        step.Batches.SelectMany(batch => batch).Should().Equal(Enumerable.Range(0, 20).Select(i => (long)i));
    }

    [Fact]
    public void Blocks_stay_together_and_come_in_an_order_of_their_own_each_epoch()
    {
        using var step = new RecordingStep();
        using TensorData data = Some.Data(samples: 100);

        Run(step, new TrainerOptions { Epochs = 2, BatchSize = 100, Order = SampleOrder.Blocks, BlockSize = 3 }, data);

        // 34 blocks, the last of one sample: windows of 16, 16 and 2 blocks.
        long[] order = step.Batches[0];
        order.Should().BeEquivalentTo(Enumerable.Range(0, 100).Select(i => (long)i)).And.NotBeInAscendingOrder();
        order[..46].Select(number => number / 3).Distinct().Should().HaveCountLessThanOrEqualTo(17);
        order[..46].Select(number => number / 3).Should().NotEqual(order[..46].Select(number => number / 3).Order(), "samples are shuffled within a window");
        step.Batches[1].Should().NotEqual(order);
    }

    [Theory]
    [InlineData(LastBatch.Keep, new[] { 3, 6, 6, 6, 6, 6, 5 })]
    [InlineData(LastBatch.Drop, new[] { 3, 6, 6, 6, 6, 6 })]
    public void Overlapping_batches_begin_with_the_second_half_of_the_one_before(LastBatch last, int[] sizes)
    {
        using var step = new RecordingStep();

        Run(step, new TrainerOptions { Epochs = 2, BatchSize = 6, Order = SampleOrder.Overlapping, LastBatch = last });

        step.Batches.Select(batch => batch.Length).Should().Equal([.. sizes, .. sizes]);
        foreach (long[][] epoch in step.Batches.Chunk(sizes.Length))
        {
            epoch.Skip(1).Select(batch => batch[..3]).Should().BeEquivalentTo(epoch.SkipLast(1).Select(batch => batch[^3..]), one => one.WithStrictOrdering());
            epoch.SelectMany((batch, i) => i == 0 ? batch : batch[3..]).Should().OnlyHaveUniqueItems().And.HaveCount(last == LastBatch.Keep ? 20 : 18);
        }

        step.Batches[sizes.Length].Should().NotEqual(step.Batches[0], "each epoch has an order of its own");
    }

    [Fact]
    public void Overlapping_batches_have_an_even_size()
    {
        using var step = new RecordingStep();
        Action run = () => Run(step, new TrainerOptions { Epochs = 1, BatchSize = 5, Order = SampleOrder.Overlapping });

        run.Should().Throw<ArgumentException>().WithMessage("Order Overlapping needs an even BatchSize, but it is 5.*");
    }

    [Fact]
    public void Blocks_follow_the_seed()
    {
        using var one = new RecordingStep();
        using var same = new RecordingStep();
        using var other = new RecordingStep();

        Run(one, new TrainerOptions { Epochs = 1, Seed = 5, Order = SampleOrder.Blocks, BlockSize = 1 });
        Run(same, new TrainerOptions { Epochs = 1, Seed = 5, Order = SampleOrder.Blocks, BlockSize = 1 });
        Run(other, new TrainerOptions { Epochs = 1, Seed = 6, Order = SampleOrder.Blocks, BlockSize = 1 });

        one.Batches.SelectMany(batch => batch).Should().Equal(same.Batches.SelectMany(batch => batch));
        one.Batches.SelectMany(batch => batch).Should().NotEqual(other.Batches.SelectMany(batch => batch));
    }

    [Fact]
    public void Last_batch_is_dropped_when_that_is_set()
    {
        using var step = new RecordingStep();

        TrainingResult result = Run(step, new TrainerOptions { Epochs = 2, BatchSize = 8, LastBatch = LastBatch.Drop });

        step.Batches.Select(batch => batch.Length).Should().Equal(8, 8, 8, 8);
        result.Position.Should().Be(new TrainingPosition(2, 4, 4, 2));
    }
}
