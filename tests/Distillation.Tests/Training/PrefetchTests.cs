using Distillation.Losses;
using Distillation.Training;
using TorchSharp.Modules;

namespace Distillation.Tests.Training;

public sealed class PrefetchTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _data = Some.Data(samples: 20);

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100)]
    public void Weights_are_those_of_a_run_without_it_bit_for_bit(int prefetch)
    {
        double[] ahead = Trained(_data, new TrainerOptions { Epochs = 4, BatchSize = 8, Prefetch = prefetch });

        ahead.Should().Equal(Trained(_data, new TrainerOptions { Epochs = 4, BatchSize = 8 }));
    }

    [Fact]
    public void Batches_are_read_on_another_thread_one_at_a_time_and_each_once()
    {
        var source = new Watched(_data);

        Trained(source, new TrainerOptions { Steps = 5, BatchSize = 8, Prefetch = 2 });

        // The first one prepares the run.
        source.Threads[0].Should().Be(Environment.CurrentManagedThreadId);
        source.Threads.Skip(1).Should().HaveCount(5).And.NotContain(Environment.CurrentManagedThreadId);
    }

    [Fact]
    public void What_a_batch_carries_besides_comes_with_it()
    {
        double[] ahead = Trained(new Masked(_data), new TrainerOptions { BatchSize = 8, Prefetch = 2 });

        ahead.Should().Equal(Trained(new Masked(_data), new TrainerOptions { BatchSize = 8 }));
    }

    [Fact]
    public void Failure_of_the_source_comes_to_the_training_thread_unchanged_after_the_batches_before_it()
    {
        var failure = new InvalidOperationException("the disk is gone");
        var source = new Watched(_data) { OnRead = number => { if (number == 3) { throw failure; } } };
        Sequential network = Some.Mlp();
        double[] before = Some.Weights(network);

        Action run = () => Train(network, source, new TrainerOptions { BatchSize = 4, Prefetch = 2 });

        run.Should().Throw<InvalidOperationException>().Which.Should().BeSameAs(failure);
        Some.Weights(network).Should().NotEqual(before);
        source.Threads.Should().HaveCount(4);
    }

    [Fact]
    public void Nothing_is_left_and_nothing_read_after_a_run_that_ends_early()
    {
        Sequential network = Some.Mlp();
        Watched? source = null;

        Leak.None(() =>
        {
            using var cancellation = new CancellationTokenSource();
            source = new Watched(_data) { OnRead = number => { if (number == 2) { cancellation.Cancel(); } } };
            TrainingResult result = Canceled.ResultOf(() => Train(network, source, new TrainerOptions { BatchSize = 2, Prefetch = 4 }, cancellation.Token));
            result.Status.Should().Be(TrainingStatus.Canceled);
        });

        source!.Readers.Should().NotBeEmpty().And.OnlyContain(reader => !reader.IsAlive);
    }

    [Fact]
    public void Nothing_is_left_by_a_failure()
    {
        Sequential network = Some.Mlp();

        Leak.None(() =>
        {
            var source = new Watched(_data) { OnRead = number => { if (number == 5) { throw new InvalidOperationException("the disk is gone"); } } };
            Action run = () => Train(network, source, new TrainerOptions { BatchSize = 2, Prefetch = 4 });
            run.Should().Throw<InvalidOperationException>();
        });
    }

    [Fact]
    public void Negative_number_is_refused()
    {
        Action set = () => _ = new TrainerOptions { Prefetch = -1 };

        set.Should().Throw<ArgumentOutOfRangeException>().WithMessage("Prefetch must be zero or positive*");
    }

    private static double[] Trained(IDataSource data, TrainerOptions options)
    {
        Sequential network = Some.Mlp();
        Train(network, data, options);
        return Some.Weights(network);
    }

    private static TrainingResult Train(Sequential network, IDataSource data, TrainerOptions options, CancellationToken cancellationToken = default)
    {
        using IStudent student = Student.From(network);
        return new SupervisedTrainer(student, new HardLabelLoss(), options).Fit(data, cancellationToken: cancellationToken);
    }

    /// <summary>Remembers which thread read, and does something before each reading, the first of which is number 0.</summary>
    private sealed class Watched(IDataSource inner) : IDataSource
    {
        private readonly Thread _caller = Thread.CurrentThread;

        public List<int> Threads { get; } = [];

        /// <summary>Gets the threads that read ahead.</summary>
        public HashSet<Thread> Readers { get; } = [];

        public Action<int>? OnRead { get; init; }

        public long Count => inner.Count;

        public Batch Read(Tensor indices)
        {
            Threads.Add(Environment.CurrentManagedThreadId);
            if (Thread.CurrentThread != _caller)
            {
                Readers.Add(Thread.CurrentThread);
            }

            OnRead?.Invoke(Threads.Count - 1);
            return inner.Read(indices);
        }
    }

    private sealed class Masked(IDataSource inner) : IDataSource
    {
        public long Count => inner.Count;

        public Batch Read(Tensor indices)
        {
            Batch batch = inner.Read(indices);
            return new MaskedBatch(batch.Inputs, batch.Labels, batch.Indices, torch.ones(batch.Count));
        }
    }
}
