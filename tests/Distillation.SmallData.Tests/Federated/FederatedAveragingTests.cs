using Distillation.Evaluation;
using Distillation.Losses;
using Distillation.Training;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData.Tests;

public sealed class FederatedAveragingTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData[] _clients =
        [SmallProblem.Heaps(30, [0, 1]), SmallProblem.Heaps(20, [2, 3], seed: 15), SmallProblem.Heaps(10, [0, 2], seed: 25)];

    private readonly FederatedAveragingOptions _options = new() { Rounds = 3, Training = FullBatch(2), Seed = 4 };

    public void Dispose()
    {
        Array.ForEach(_clients, client => client.Dispose());
        _scope.Dispose();
    }

    [Fact]
    public void One_client_and_one_local_step_are_plain_gradient_descent_to_the_bit()
    {
        FederatedAveragingOptions options = _options with { Training = FullBatch(1), Rounds = 7 };

        double[] federated = Weights(options, _clients[0]);

        using Module<Tensor, Tensor> plain = ParallelTrainings.Seeded(4, SmallProblem.HeapNetwork);
        new SupervisedTrainer(Student.From(plain), new HardLabelLoss(), FullBatch(7)).Fit(_clients[0]);
        federated.Should().Equal(Some.Weights(plain));
    }

    [Fact]
    public void Prox_of_strength_zero_is_averaging_to_the_bit() =>
        Weights(_options with { Algorithm = new FedProx { Mu = 0 } }, _clients).Should().Equal(Weights(_options, _clients));

    [Fact]
    public void Average_is_weighted_by_the_numbers_of_samples_or_evenly()
    {
        FederatedAveragingOptions options = _options with { Rounds = 1 };
        double[][] alone = [.. _clients.Select(client => Weights(options, client))];

        double[] weighted = Weights(options, _clients);
        double[] even = Weights(options with { Algorithm = new FedAvg { WeightsBySamples = false } }, _clients);

        Close.ShouldBe(weighted, [.. alone[0].Select((weight, i) => ((30 * weight) + (20 * alone[1][i]) + (10 * alone[2][i])) / 60)], 1e-6);
        Close.ShouldBe(even, [.. alone[0].Select((weight, i) => (weight + alone[1][i] + alone[2][i]) / 3)], 1e-6);
    }

    [Fact]
    public void Server_rate_and_momentum_move_the_model_along_the_change()
    {
        double[] before = Weights(ParallelTrainings.Seeded(4, SmallProblem.HeapNetwork));
        double[] once = Weights(_options with { Rounds = 1 }, _clients);
        double[] half = Weights(_options with { Rounds = 1, ServerLearningRate = 0.5 }, _clients);
        double[] first = Weights(_options with { Rounds = 1, ServerMomentum = 0.5 }, _clients);
        double[] second = Weights(_options with { Rounds = 2, ServerMomentum = 0.5 }, _clients);
        double[] plain = Weights(_options with { Rounds = 2 }, _clients);

        Close.ShouldBe(half, [.. once.Select((weight, i) => (weight + before[i]) / 2)], 1e-6);
        Close.ShouldBe(first, once, 1e-6);
        Close.ShouldBe(second, [.. plain.Select((weight, i) => weight + (0.5 * (once[i] - before[i])))], 1e-5);
    }

    [Fact]
    public void Client_that_never_joins_changes_nothing()
    {
        FederatedAveragingOptions options = _options with { Algorithm = new Scaffold() };

        double[] without = Weights(options, _clients[..2]);
        double[] absent = Weights(options with { FirstRounds = new Dictionary<int, int> { [2] = 3 } }, _clients);
        double[] late = Weights(options with { FirstRounds = new Dictionary<int, int> { [2] = 2 } }, _clients);

        absent.Should().Equal(without);
        late.Should().NotEqual(without);
    }

    [Fact]
    public void Clients_of_a_round_are_drawn_by_the_seed_without_replacement()
    {
        FederatedAveragingOptions options = _options with { ClientShare = 0.67, Rounds = 12 };

        using FederatedAveragingResult first = new FederatedAveraging(SmallProblem.HeapNetwork, options).Run(_clients);
        using FederatedAveragingResult second = new FederatedAveraging(SmallProblem.HeapNetwork, options).Run(_clients);

        first.Rounds.Should().AllSatisfy(round => round.Clients.Should().HaveCount(2).And.OnlyHaveUniqueItems());
        first.Rounds.SelectMany(round => round.Clients).Distinct().Should().HaveCount(3);
        second.Rounds.SelectMany(round => round.Clients).Should().Equal(first.Rounds.SelectMany(round => round.Clients));
        Some.Weights(second.Module).Should().Equal(Some.Weights(first.Module));
    }

    [Fact]
    public void Schedule_of_the_learning_rate_runs_over_all_rounds()
    {
        var rate = new Schedule.Cosine(0.1);
        FederatedAveragingOptions options = _options with { Training = FullBatch(2) with { Optimizer = new SgdOptimizer(rate) }, Rounds = 3 };

        double[] federated = Weights(options, _clients[0]);

        using Module<Tensor, Tensor> plain = ParallelTrainings.Seeded(4, SmallProblem.HeapNetwork);
        new SupervisedTrainer(Student.From(plain), new HardLabelLoss(), FullBatch(6) with { Optimizer = new SgdOptimizer(rate) }).Fit(_clients[0]);
        federated.Should().Equal(Some.Weights(plain));
    }

    [Fact]
    public void Statistics_of_batch_normalization_are_averaged()
    {
        static Module<Tensor, Tensor> Make() => Sequential(("norm", BatchNorm1d(2)), ("out", Linear(2, 4)));
        FederatedAveragingOptions options = _options with { Rounds = 1, Training = FullBatch(1) };

        using FederatedAveragingResult result = new FederatedAveraging(Make, options).Run(_clients);

        double[] means = [.. _clients.Select(client => client.Inputs.mean([0L])[0].ToDouble())];
        Dictionary<string, Tensor> state = result.Module.state_dict();
        state["norm.running_mean"][0].ToDouble().Should().BeApproximately(0.1 * ((30 * means[0]) + (20 * means[1]) + (10 * means[2])) / 60, 1e-6);
        state["norm.num_batches_tracked"].item<long>().Should().Be(1);
        result.Module.training.Should().BeFalse();
    }

    [Fact]
    public void Bytes_are_those_of_the_tensors_that_go_each_way()
    {
        long model = 4 * ((2 * 16) + 16 + (16 * 4) + 4);

        using FederatedAveragingResult average = new FederatedAveraging(SmallProblem.HeapNetwork, _options).Run(_clients);
        using FederatedAveragingResult scaffold =
            new FederatedAveraging(SmallProblem.HeapNetwork, _options with { Algorithm = new Scaffold() }).Run(_clients);

        average.BytesSent.Should().Be(3 * 3 * model);
        average.BytesReceived.Should().Be((3 * 3 * model) + (3 * model), "each client has the final model");
        scaffold.BytesSent.Should().Be(2 * 3 * 3 * model);
    }

    [Fact]
    public void Last_models_of_the_clients_are_kept_on_request()
    {
        FederatedAveragingOptions options = _options with { Rounds = 1, KeepsClientModels = true };

        using FederatedAveragingResult result = new FederatedAveraging(SmallProblem.HeapNetwork, options).Run(_clients);
        using FederatedAveragingResult none = new FederatedAveraging(SmallProblem.HeapNetwork, _options).Run(_clients);

        result.ClientModels.Keys.Should().Equal(0, 1, 2);
        Some.Weights(result.ClientModels[1].Module).Should().Equal(Weights(_options with { Rounds = 1 }, _clients[0], _clients[1])
            .Select((weight, i) => ((50 * weight) - (30 * Some.Weights(result.ClientModels[0].Module)[i])) / 20), (one, other) => Math.Abs(one - other) < 1e-5);
        result.ClientModels[1].SamplesOfClass.Keys.Should().BeEquivalentTo([2L, 3L]);
        none.ClientModels.Should().BeEmpty();
    }

    [Fact]
    public void Rounds_are_reported_and_measured()
    {
        var rounds = new List<FederatedRound>();
        FederatedAveragingOptions options = _options with { Rounds = 5, EvaluateEveryRounds = 2, Training = FullBatch(20) };
        using TensorData test = SmallProblem.Heaps(200, [0, 1, 2, 3], seed: 50);

        using FederatedAveragingResult result = new FederatedAveraging(SmallProblem.HeapNetwork, options).Run(_clients, test, new Collects(rounds));

        rounds.Should().Equal(result.Rounds);
        rounds.Select(round => round.Report is not null).Should().Equal(false, true, false, true, true);
        result.Report!.Accuracy.Should().BeGreaterThan(0.9);
        rounds[4].Loss.Should().BeLessThan(rounds[0].Loss);
        result.Describe().Should().Contain("FedAvg, 5 rounds of 3 to 3 clients").And.Contain("round 5: 3 clients");
    }

    [Fact]
    public void Canceled_run_throws_and_leaves_nothing()
    {
        using var source = new CancellationTokenSource();
        Action run = () => new FederatedAveraging(SmallProblem.HeapNetwork, _options).Run(_clients, null, new Cancels(source), source.Token);

        run.Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void No_tensor_is_left_beside_the_models()
    {
        var networks = new Queue<Module<Tensor, Tensor>>(Enumerable.Range(0, 4).Select(_ => SmallProblem.HeapNetwork()));
        var training = new FederatedAveraging(networks.Dequeue, _options with { Algorithm = new Scaffold() });
        training.Run(_clients).Dispose();
        long before = Count();

        training.Run(_clients).Dispose();

        Count().Should().Be(before - 8, "of two networks the parameters are disposed, and nothing is left");
    }

    [Fact]
    public void What_does_not_fit_is_refused_before_training()
    {
        FluentActions.Invoking(() => Weights(_options with { FirstRounds = new Dictionary<int, int> { [0] = 1 } }, _clients[0]))
            .Should().Throw<ArgumentException>().WithMessage("*first round*1 clients*");
        FluentActions.Invoking(() => new FederatedAveraging(
                SmallProblem.HeapNetwork, _options with { Algorithm = new Scaffold(), Training = SmallProblem.Training }))
            .Should().Throw<ArgumentException>().WithMessage("*Scaffold needs SgdOptimizer*AdamOptimizer*");
        FluentActions.Invoking(() => _options with { Training = FullBatch(1) with { EarlyStopping = new EarlyStopping(new NegativeLogLikelihood()) } })
            .Should().Throw<ArgumentException>().WithMessage("*no validation data*EarlyStopping*");
        FluentActions.Invoking(() => _options with { ClientShare = 1.5 }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*ClientShare*1.5*");
        FluentActions.Invoking(() => _options with { FirstRounds = new Dictionary<int, int> { [0] = -1 } })
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*FirstRounds*-1*");
    }

    private static TrainerOptions FullBatch(int steps) =>
        new() { Steps = steps, BatchSize = 100, Order = SampleOrder.Sequential, Optimizer = new SgdOptimizer(0.1) };

    private static double[] Weights(FederatedAveragingOptions options, params IDataSource[] clients)
    {
        using FederatedAveragingResult result = new FederatedAveraging(SmallProblem.HeapNetwork, options).Run(clients);
        return Some.Weights(result.Module);
    }

    private static double[] Weights(Module<Tensor, Tensor> module)
    {
        using (module)
        {
            return Some.Weights(module);
        }
    }

    private static long Count()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return torch.Tensor.TotalCount;
    }

    private sealed class Collects(List<FederatedRound> rounds) : IProgress<FederatedRound>
    {
        public void Report(FederatedRound value) => rounds.Add(value);
    }

    private sealed class Cancels(CancellationTokenSource source) : IProgress<FederatedRound>
    {
        public void Report(FederatedRound value) => source.Cancel();
    }
}
