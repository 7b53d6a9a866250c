using Distillation.Training;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData.Tests;

public sealed class FederatedPrivacyTests : IDisposable
{
    // Noise of a deviation that rounding hides.
    private const double AlmostNone = 1e-12;

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData[] _clients =
        [SmallProblem.Heaps(30, [0, 1]), SmallProblem.Heaps(20, [2, 3], seed: 15), SmallProblem.Heaps(10, [0, 2], seed: 25)];

    private readonly FederatedAveragingOptions _options = new() { Rounds = 3, Training = FullBatch(2), Seed = 4, Privacy = new() };

    public void Dispose()
    {
        Array.ForEach(_clients, client => client.Dispose());
        _scope.Dispose();
    }

    [Fact]
    public void Without_noise_and_clipping_it_is_averaging_with_equal_weights()
    {
        var privacy = new FederatedPrivacyOptions { NoiseMultiplier = AlmostNone, ClipNorm = 1_000 };

        double[] result = Weights(_options with { Privacy = privacy });

        double[] plain = Weights(_options with { Privacy = null, Algorithm = new FedAvg { WeightsBySamples = false } });
        Close.ShouldBe(result, plain, 1e-6);
    }

    [Fact]
    public void Noise_has_the_deviation_of_the_multiplier_and_the_norm_over_the_expected_clients()
    {
        // Nothing is clipped to more than 1e-9: what moves the weights is the noise, anew in each of four rounds.
        static Module<Tensor, Tensor> Make() => Linear(50, 40, hasBias: false);
        using var data = TensorData.Owning(torch.rand(20, 50), torch.zeros(20, dtype: torch.ScalarType.Int64));
        FederatedAveragingOptions options = _options with
        {
            Rounds = 4,
            ClientShare = 0.5,
            Training = FullBatch(1),
            Privacy = new() { NoiseMultiplier = 3e9, ClipNorm = 1e-9 },
        };

        using FederatedAveragingResult result = new FederatedAveraging(Make, options).Run([data, data, data, data]);

        // √4·z·S/(q·N) = 3; the deviation of 2 000 draws is off by 1.6 %, and their mean by 2.2 % of it.
        using Module<Tensor, Tensor> start = ParallelTrainings.Seeded(4, Make);
        double[] moves = [.. Some.Weights(result.Module).Zip(Some.Weights(start), (after, before) => after - before)];
        double mean = moves.Average();
        mean.Should().BeApproximately(0, 0.25);
        Math.Sqrt(moves.Average(move => (move - mean) * (move - mean))).Should().BeApproximately(3, 0.2);
    }

    [Fact]
    public void Epsilon_of_a_run_is_the_reference_of_its_rate_noise_and_rounds()
    {
        TensorData[] ten = [.. Enumerable.Range(0, 10).Select(number => SmallProblem.Heaps(5, [0, 1, 2, 3], seed: number))];
        FederatedAveragingOptions options = _options with
        {
            Rounds = 100,
            ClientShare = 0.1,
            Training = FullBatch(1),
            Privacy = new() { NoiseMultiplier = 0.8, Delta = 1e-4 },
        };

        using FederatedAveragingResult result = new FederatedAveraging(SmallProblem.HeapNetwork, options).Run(ten);

        // Of numerical integration: the third run of Fixtures/privacy.json.
        result.Epsilon.Should().BeApproximately(10.713837629125813, 1e-5);
        result.Delta.Should().Be(1e-4);
        var accountant = new RdpAccountant();
        result.Rounds.Should().AllSatisfy(round =>
        {
            accountant.Add(0.8, 0.1);
            round.Epsilon.Should().BeApproximately(accountant.Epsilon(1e-4), 1e-12);
        });
        result.Rounds.Select(round => round.Clients.Count).Distinct().Should().Contain(0).And.HaveCountGreaterThan(2);
        Array.ForEach(ten, client => client.Dispose());
    }

    [Fact]
    public void Each_client_is_drawn_on_its_own_with_the_probability_of_the_share()
    {
        var participation = new Participation(50, _options with { ClientShare = 0.2 });

        IReadOnlyList<int>[] rounds = [.. Enumerable.Range(0, 1_000).Select(participation.Of)];

        double mean = rounds.Average(round => round.Count);
        mean.Should().BeApproximately(10, 0.4);
        rounds.Average(round => (round.Count - mean) * (round.Count - mean)).Should().BeApproximately(8, 1.5, "the number of clients is binomial");
        Enumerable.Range(0, 50).Should().AllSatisfy(client => rounds.Count(round => round.Contains(client)).Should().BeInRange(140, 260));
        rounds.Should().AllSatisfy(round => round.Should().BeInAscendingOrder());
    }

    [Fact]
    public void Round_without_a_client_adds_the_noise_alone()
    {
        FederatedAveragingOptions options = _options with { Rounds = 1, ClientShare = 1e-9, Privacy = new() { ClipNorm = 1e-9 } };

        using FederatedAveragingResult result = new FederatedAveraging(SmallProblem.HeapNetwork, options).Run(_clients);

        result.Rounds[0].Clients.Should().BeEmpty();
        result.Rounds[0].Loss.Should().Be(double.NaN);
        result.Rounds[0].ClippedShare.Should().Be(0);
        var accountant = new RdpAccountant();
        accountant.Add(1, 1e-9);
        result.Epsilon.Should().Be(accountant.Epsilon(1e-5)).And.BePositive("the round counts, whoever was drawn");
        result.BytesSent.Should().Be(0);
        using Module<Tensor, Tensor> start = ParallelTrainings.Seeded(4, SmallProblem.HeapNetwork);
        double[] moves = [.. Some.Weights(result.Module).Zip(Some.Weights(start), (after, before) => after - before)];
        moves.Should().OnlyContain(move => move != 0 && Math.Abs(move) < 2, "the deviation of the noise is a third");
    }

    [Fact]
    public void Same_seed_gives_the_same_bits_and_another_one_another_model()
    {
        FederatedAveragingOptions options = _options with { ClientShare = 0.6, ServerMomentum = 0.5 };

        Weights(options).Should().Equal(Weights(options)).And.NotEqual(Weights(options with { Seed = 5 }));
    }

    [Fact]
    public void What_leaves_a_client_without_noise_is_refused()
    {
        Constructing(_options with { Algorithm = new Scaffold() }).Should().Throw<ArgumentException>().WithMessage("*ExchangesModelsAlone*FedAvg*is Scaffold*");
        Constructing(_options with { Algorithm = new Remembers() }).Should().Throw<ArgumentException>().WithMessage("*is Remembers*");
        Constructing(_options with { KeepsClientModels = true }).Should().Throw<ArgumentException>().WithMessage("*KeepsClientModels must be false*");
        Constructing(_options with { FirstRounds = new Dictionary<int, int> { [0] = 0, [2] = 1 } })
            .Should().Throw<ArgumentException>().WithMessage("*FirstRounds client 2 joins in round 1*");
        FluentActions.Invoking(() => new FederatedAveraging(() => Sequential(("in", Linear(2, 4)), ("norm", BatchNorm1d(4))), _options).Run(_clients))
            .Should().Throw<ArgumentException>().WithMessage("*'norm.running_mean'*GroupNorm*");
        FluentActions.Invoking(() => new FederatedComparisonOptions { Averaging = _options })
            .Should().Throw<ArgumentException>().WithMessage("*Averaging must have no Privacy*FedDF*");
        Constructing(_options with { Algorithm = new FedProx(), FirstRounds = new Dictionary<int, int> { [0] = 0 } }).Should().NotThrow();
    }

    [Fact]
    public void Numbers_out_of_range_are_refused()
    {
        FluentActions.Invoking(() => new FederatedPrivacyOptions { NoiseMultiplier = 0 })
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*NoiseMultiplier*positive*0*");
        FluentActions.Invoking(() => new FederatedPrivacyOptions { ClipNorm = -1 })
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*ClipNorm*positive*-1*");
        FluentActions.Invoking(() => new FederatedPrivacyOptions { Delta = 1 }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Delta*[0, 1)*");
        FluentActions.Invoking(() => Run(_options).Dispose()).Should().NotThrow();
        FluentActions.Invoking(() => new FederatedAveraging(SmallProblem.HeapNetwork, _options).Run([]))
            .Should().Throw<ArgumentException>().WithMessage("*of 0 clients*");
    }

    [Fact]
    public void Description_has_the_privacy_loss_and_no_number_that_is_not_private()
    {
        using FederatedAveragingResult result = new FederatedAveraging(SmallProblem.HeapNetwork, _options).Run(_clients, _clients[0]);

        result.Describe().Should().MatchRegex(@"FedAvg, 3 rounds, \([\d.]+, 1E-05\)-differential privacy").And.MatchRegex(@"round 3: ε [\d.]+, accuracy")
            .And.NotContainAny("loss", "sent", " clients");
        result.Rounds[0].ClippedShare.Should().BeInRange(0, 1);
        using FederatedAveragingResult plain = new FederatedAveraging(SmallProblem.HeapNetwork, _options with { Privacy = null }).Run(_clients);
        (plain.Epsilon, plain.Delta, plain.Rounds[0].ClippedShare).Should().Be((null, null, null));
    }

    [Fact]
    public void Nothing_leaks()
    {
        var networks = new Queue<Module<Tensor, Tensor>>(Enumerable.Range(0, 4).Select(_ => SmallProblem.HeapNetwork()));
        var training = new FederatedAveraging(networks.Dequeue, _options);
        training.Run(_clients).Dispose();
        long before = Leak.Count();

        training.Run(_clients).Dispose();

        Leak.Count().Should().Be(before - 8, "of two networks the parameters are disposed, and nothing is left");
    }

    private static TrainerOptions FullBatch(int steps) =>
        new() { Steps = steps, BatchSize = 100, Order = SampleOrder.Sequential, Optimizer = new SgdOptimizer(0.1) };

    private static Action Constructing(FederatedAveragingOptions options) => () => _ = new FederatedAveraging(SmallProblem.HeapNetwork, options);

    private FederatedAveragingResult Run(FederatedAveragingOptions options) => new FederatedAveraging(SmallProblem.HeapNetwork, options).Run(_clients);

    private double[] Weights(FederatedAveragingOptions options)
    {
        using FederatedAveragingResult result = Run(options);
        return Some.Weights(result.Module);
    }

    private sealed record Remembers : FederatedAlgorithm;
}
