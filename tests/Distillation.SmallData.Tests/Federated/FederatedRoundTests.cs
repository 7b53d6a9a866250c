using Distillation.Serialization;
using Distillation.Training;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData.Tests;

/// <summary>Rounds whose steps are on their own, over files.</summary>
public sealed class FederatedRoundTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();
    private readonly TensorData[] _clients =
        [SmallProblem.Heaps(30, [0, 1]), SmallProblem.Heaps(20, [2, 3], seed: 15), SmallProblem.Heaps(10, [0, 2], seed: 25)];

    private readonly FederatedAveragingOptions _options = new()
    {
        Rounds = 4,
        ClientShare = 0.67,
        ServerLearningRate = 0.9,
        Training = new() { Epochs = 2, BatchSize = 8, Optimizer = new SgdOptimizer(new Schedule.Cosine(0.1)) },
        Seed = 4,
    };

    public void Dispose()
    {
        Array.ForEach(_clients, client => client.Dispose());
        _folder.Delete(recursive: true);
        _scope.Dispose();
    }

    [Fact]
    public void Steps_over_files_give_the_same_bits_as_all_rounds_in_one_process()
    {
        FederatedAveragingOptions[] all =
        [
            _options,
            _options with { Algorithm = new FedProx { Mu = 0.5, WeightsBySamples = false } },
            _options with { FirstRounds = new Dictionary<int, int> { [1] = 2 } },
            _options with { Privacy = new() { NoiseMultiplier = 0.1 } },
        ];
        foreach (FederatedAveragingOptions options in all)
        {
            Steps(SmallProblem.HeapNetwork, options).Should().Equal(Whole(SmallProblem.HeapNetwork, options));
        }
    }

    [Fact]
    public void Buffers_frozen_weights_and_dropout_have_the_same_bits_too()
    {
        static Module<Tensor, Tensor> Make()
        {
            var first = Linear(2, 8);
            first.weight!.requires_grad = false;
            return Sequential(("in", first), ("norm", BatchNorm1d(8)), ("drop", Dropout(0.3)), ("out", Linear(8, 4)));
        }

        Steps(Make, _options).Should().Equal(Whole(Make, _options));
    }

    [Fact]
    public void What_needs_the_rounds_in_one_process_is_refused()
    {
        using Module<Tensor, Tensor> global = SmallProblem.HeapNetwork();
        void Refuses(FederatedAveragingOptions options, string message)
        {
            var averaging = new FederatedAveraging(SmallProblem.HeapNetwork, options);
            FluentActions.Invoking(() => averaging.TrainClient(global, 0, _clients[0], 0)).Should().Throw<ArgumentException>().WithMessage(message);
            FluentActions.Invoking(() => averaging.Average(global, new Dictionary<int, FederatedModel>(), 0, 3))
                .Should().Throw<ArgumentException>().WithMessage(message);
        }

        Refuses(_options with { ServerMomentum = 0.5 }, "*ServerMomentum remembers*without momentum*");
        Refuses(_options with { Algorithm = new Scaffold() }, "*Algorithm Scaffold remembers*FedAvg*");
    }

    [Fact]
    public void Models_that_are_not_those_of_the_round_are_refused_and_change_nothing()
    {
        using Module<Tensor, Tensor> global = SmallProblem.HeapNetwork();
        double[] before = Some.Weights(global);
        var averaging = new FederatedAveraging(SmallProblem.HeapNetwork, _options with { ClientShare = 1 });
        using FederatedModel model = averaging.TrainClient(global, 0, _clients[0], 0);
        static Module<Tensor, Tensor> Wide() => Sequential(("in", Linear(2, 16)), ("act", ReLU()), ("out", Linear(16, 5)));
        using FederatedModel wide = new FederatedAveraging(Wide, _options).TrainClient(Wide(), 1, _clients[0], 0);

        FluentActions.Invoking(() => averaging.Average(global, new Dictionary<int, FederatedModel> { [0] = model }, 0, 2))
            .Should().Throw<ArgumentException>().WithMessage("*Round 0 needs*[0, 1]*those of [0]*");
        FluentActions.Invoking(() => averaging.Average(global, new Dictionary<int, FederatedModel> { [0] = model, [1] = wide }, 0, 2))
            .Should().Throw<InvalidOperationException>().WithMessage("*same kind*'out.weight'*");
        FluentActions.Invoking(() => averaging.ClientsOf(4, 2)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*round*[0, 3]*4*");
        FluentActions.Invoking(() => averaging.TrainClient(global, -1, _clients[0], 0))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*client*-1*");
        Some.Weights(global).Should().Equal(before);
        model.SamplesOfClass.Values.Sum().Should().Be(30);
        model.Module.training.Should().BeFalse();
    }

    [Fact]
    public void Update_that_is_not_finite_is_refused_with_privacy_and_changes_nothing()
    {
        using Module<Tensor, Tensor> global = SmallProblem.HeapNetwork();
        double[] before = Some.Weights(global);
        var averaging = new FederatedAveraging(SmallProblem.HeapNetwork, _options with { ClientShare = 1, Privacy = new() });
        using FederatedModel model = averaging.TrainClient(global, 0, _clients[0], 0);
        using (torch.no_grad())
        {
            model.Module.parameters().First()[0, 0] = float.PositiveInfinity;
        }

        FluentActions.Invoking(() => averaging.Average(global, new Dictionary<int, FederatedModel> { [0] = model }, 0, 1))
            .Should().Throw<InvalidOperationException>().WithMessage("*client 0 in round 0 must be finite*");
        Some.Weights(global).Should().Equal(before);
    }

    [Fact]
    public void Canceled_client_throws()
    {
        using Module<Tensor, Tensor> global = SmallProblem.HeapNetwork();
        Action train = () => new FederatedAveraging(SmallProblem.HeapNetwork, _options).TrainClient(global, 0, _clients[0], 0, new(canceled: true));

        train.Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void Nothing_leaks_beside_the_models()
    {
        var networks = new Queue<Module<Tensor, Tensor>>(Enumerable.Range(0, 4).Select(_ => SmallProblem.HeapNetwork()));
        using Module<Tensor, Tensor> global = SmallProblem.HeapNetwork();
        var averaging = new FederatedAveraging(networks.Dequeue, _options with { ClientShare = 1 });
        void Round()
        {
            using FederatedModel model = averaging.TrainClient(global, 0, _clients[0], 0);
            averaging.Average(global, new Dictionary<int, FederatedModel> { [0] = model }, 0, 1);
        }

        Round();
        long before = Leak.Count();
        Round();

        Leak.Count().Should().Be(before - 8, "of two networks the parameters are disposed, and nothing is left");
    }

    private double[] Whole(Func<Module<Tensor, Tensor>> make, FederatedAveragingOptions options)
    {
        using FederatedAveragingResult result = new FederatedAveraging(make, options).Run(_clients);
        return Numbers(result.Module);
    }

    private double[] Steps(Func<Module<Tensor, Tensor>> make, FederatedAveragingOptions options)
    {
        var averaging = new FederatedAveraging(make, options);
        using Module<Tensor, Tensor> global = ParallelTrainings.Seeded(options.Seed, make);
        for (int round = 0; round < options.Rounds; round++)
        {
            ModuleWeights.Save(global, PathOf("global"));
            foreach (int client in averaging.ClientsOf(round, 3))
            {
                using Module<Tensor, Tensor> received = make();
                ModuleWeights.Load(received, PathOf("global"));
                using FederatedModel local = averaging.TrainClient(received, client, _clients[client], round);
                local.Save(PathOf($"client-{client}"));
            }

            Dictionary<int, FederatedModel> models = averaging.ClientsOf(round, 3)
                .ToDictionary(client => client, client => FederatedModel.Load(PathOf($"client-{client}"), make));
            averaging.Average(global, models, round, clients: 3);
            models.Values.ToList().ForEach(model => model.Dispose());
        }

        return Numbers(global);
    }

    private static double[] Numbers(Module<Tensor, Tensor> module) => [.. module.state_dict().Values.SelectMany(tensor => Close.Numbers(tensor))];

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
