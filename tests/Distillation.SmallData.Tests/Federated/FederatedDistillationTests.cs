using static TorchSharp.torch.nn;

namespace Distillation.SmallData.Tests;

public sealed class FederatedDistillationTests : IDisposable
{
    private static readonly long[][] Ring = [[0, 1], [1, 2], [2, 3], [3, 0]];

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _low = SmallProblem.Heaps(30, [0, 1]);
    private readonly TensorData _high = SmallProblem.Heaps(30, [2, 3], seed: 15);
    private readonly TensorData _test = SmallProblem.Heaps(400, [0, 1, 2, 3], seed: 50);
    private readonly FederatedOptions _options =
        new() { Training = SmallProblem.Training, MinPoolSize = 400, PoolFactor = 4, Exchange = FederatedExchange.ModelsAndSamples };

    public void Dispose()
    {
        _low.Dispose();
        _high.Dispose();
        _test.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Client_of_half_the_classes_gets_the_others_from_the_samples_of_its_peers()
    {
        using FederatedDistillationResult result = Run(_options);

        result.Clients.Should().HaveCount(2).And.AllSatisfy(client =>
        {
            client.ReportBefore!.Accuracy.Should().BeInRange(0.4, 0.6);
            client.ReportAfter!.Accuracy.Should().BeGreaterThan(0.9);
        });
        result.Improvement!.Mean.Should().BeGreaterThan(0.3);
        result.Clients[0].Before.SamplesOfClass.Keys.Should().BeEquivalentTo([0L, 1L]);
        result.Clients[0].After.SamplesOfClass.Values.Sum().Should().Be(30);
        result.Describe().Should().Contain("2 clients of 60 labeled samples").And.Contain("surrogates").And.Contain("no privacy")
            .And.Contain("client 1 (30 samples of 2 classes)");
    }

    [Fact]
    public void Client_of_half_the_classes_gets_others_from_the_models_of_its_peers()
    {
        TensorData[] clients = [.. Ring.Select((classes, number) => SmallProblem.Heaps(30, classes, seed: 100 + (3 * number)))];
        FederatedOptions options = _options with { Exchange = FederatedExchange.Models };

        using FederatedDistillationResult result = new FederatedDistillation(SmallProblem.HeapNetwork, new GaussianNoise(2), options).Run(clients, _test);

        result.TeacherReport!.Accuracy.Should().BeGreaterThan(0.9);
        result.Improvement!.Mean.Should().BeGreaterThan(0.1, "new samples of two heaps hardly reach the others");
        result.Describe().Should().Contain("their models, and no samples");
        Array.ForEach(clients, client => client.Dispose());
    }

    [Fact]
    public void Each_client_is_read_in_its_own_turn_alone()
    {
        var log = new List<int>();

        Run(_options with { Exchange = FederatedExchange.Models }, new LoggedSource(_low, 0, log), new LoggedSource(_high, 1, log)).Dispose();

        Turns(log).Should().Equal([0, 1, 0, 1], "each trains, then each makes samples, labels them and trains anew");
    }

    [Fact]
    public void Same_seed_gives_the_same_bits_and_another_one_does_not()
    {
        using FederatedDistillationResult first = Run(_options);
        using FederatedDistillationResult same = Run(_options);
        using FederatedDistillationResult other = Run(_options with { Seed = 1 });

        double[] weights = Some.Weights(first.Clients[1].After.Module);
        Some.Weights(same.Clients[1].After.Module).Should().Equal(weights);
        Some.Weights(other.Clients[1].After.Module).Should().NotEqual(weights);
    }

    [Fact]
    public void Without_test_samples_there_is_no_report()
    {
        using FederatedDistillationResult result = new FederatedDistillation(SmallProblem.HeapNetwork, new GaussianNoise(0.2), _options).Run([_low, _high]);

        (result.Improvement, result.TeacherReport, result.Clients[0].ReportAfter).Should().Be((null, null, null));
        result.Describe().Should().Contain("no test samples");
    }

    [Fact]
    public void One_client_has_nobody_to_learn_from()
    {
        Action run = () => new FederatedDistillation(SmallProblem.HeapNetwork, new GaussianNoise(0.2)).Run([_low]);

        run.Should().Throw<ArgumentException>().WithMessage("*at least two clients*");
    }

    [Theory]
    [InlineData(FederatedExchange.Models)]
    [InlineData(FederatedExchange.ModelsAndSamples)]
    public void Nothing_but_the_models_goes_when_the_result_is_disposed(FederatedExchange exchange)
    {
        // A module that is made leaves handles to the collector, so all are made before.
        var networks = new Queue<Module<Tensor, Tensor>>(Enumerable.Range(0, 8).Select(_ => SmallProblem.HeapNetwork()));
        var distillation = new FederatedDistillation(networks.Dequeue, new GaussianNoise(0.2), _options with { Exchange = exchange });
        distillation.Run([_low, _high], _test).Dispose();
        long before = Count();

        distillation.Run([_low, _high], _test).Dispose();

        networks.Should().BeEmpty();
        Count().Should().Be(before - 16, "of four networks the parameters are disposed, and nothing is left");
    }

    [Theory]
    [InlineData(0.25, 1)]
    [InlineData(0.75, 3)]
    public void Nothing_but_the_models_goes_in_a_canceled_run(double at, int made)
    {
        var networks = new Queue<Module<Tensor, Tensor>>(Enumerable.Range(0, 2 * made).Select(_ => SmallProblem.HeapNetwork()));
        void Canceled()
        {
            using var cancellation = new CancellationTokenSource();
            Action run = () => new FederatedDistillation(networks.Dequeue, new GaussianNoise(0.2), _options)
                .Run([_low, _high], _test, new CancelsAt(at, cancellation), cancellation.Token);
            run.Should().Throw<OperationCanceledException>();
        }

        Canceled();
        long before = Count();

        Canceled();

        networks.Should().BeEmpty();
        Count().Should().Be(before - (4 * made));
    }

    private static long Count()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return torch.Tensor.TotalCount;
    }

    private static List<int> Turns(List<int> log) => [.. log.Where((number, i) => i == 0 || log[i - 1] != number)];

    private FederatedDistillationResult Run(FederatedOptions options) => Run(options, _low, _high);

    private FederatedDistillationResult Run(FederatedOptions options, params IDataSource[] clients) =>
        new FederatedDistillation(SmallProblem.HeapNetwork, new GaussianNoise(0.2), options).Run(clients, _test);

    private sealed class LoggedSource(IDataSource source, int number, List<int> log) : IDataSource
    {
        public long Count => source.Count;

        public Batch Read(Tensor indices)
        {
            log.Add(number);
            return source.Read(indices);
        }
    }

    private sealed class CancelsAt(double share, CancellationTokenSource source) : IProgress<double>
    {
        public void Report(double value)
        {
            if (value >= share)
            {
                source.Cancel();
            }
        }
    }
}
