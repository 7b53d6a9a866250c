using Distillation.Training;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData.Tests;

/// <summary>The pieces of C# on scattered data in the page on small data.</summary>
public sealed class FederatedSnippetTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _samples = SmallProblem.Heaps(120, [0, 1, 2, 3]);
    private readonly TensorData _test = SmallProblem.Heaps(60, [0, 1, 2, 3], seed: 50);

    public void Dispose()
    {
        _samples.Dispose();
        _test.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Clients_train_one_model_in_rounds()
    {
        (TensorData images, TensorData test, Func<Module<Tensor, Tensor>> original) = (_samples, _test, SmallProblem.HeapNetwork);

        IReadOnlyList<IDataSource> clients = FederatedPartition.Dirichlet(images, alpha: 0.3, clients: 10, seed: 1);

        var rounds = new FederatedAveragingOptions
        {
            Algorithm = new Scaffold(),
            Rounds = 20,
            Training = new TrainerOptions { Epochs = 10, BatchSize = 20, Optimizer = new SgdOptimizer(0.1) },
        };
        using FederatedAveragingResult federated = new FederatedAveraging(original, rounds).Run(clients, test);
        Console.WriteLine(federated.Describe());

        federated.Report!.Accuracy.Should().BeGreaterThan(0.9);
        clients.Should().HaveCount(10);
    }

    [Fact]
    public void Steps_of_rounds_are_on_their_own()
    {
        (IReadOnlyList<IDataSource> clients, Func<Module<Tensor, Tensor>> original) = (FederatedPartition.Even(_samples, 3), SmallProblem.HeapNetwork);
        var rounds = new FederatedAveragingOptions { Algorithm = new Scaffold(), Rounds = 2 };

        var averaging = new FederatedAveraging(original, rounds with { Algorithm = new FedAvg() });
        using Module<Tensor, Tensor> global = ParallelTrainings.Seeded(rounds.Seed, original);
        for (int round = 0; round < rounds.Rounds; round++)
        {
            var models = new Dictionary<int, FederatedModel>();
            foreach (int client in averaging.ClientsOf(round, clients.Count))
            {
                // In the process of the client; its model comes back as a file.
                models[client] = averaging.TrainClient(global, client, clients[client], round);
            }

            averaging.Average(global, models, round, clients.Count);
            foreach (FederatedModel model in models.Values)
            {
                model.Dispose();
            }
        }

        using FederatedAveragingResult whole = new FederatedAveraging(original, rounds with { Algorithm = new FedAvg() }).Run(clients);
        Some.Weights(global).Should().Equal(Some.Weights(whole.Module));
    }

    [Fact]
    public void All_ways_are_compared()
    {
        (TensorData samples, TensorData test, Func<Module<Tensor, Tensor>> original) = (_samples, _test, SmallProblem.HeapNetwork);
        IReadOnlyList<IDataSource> clients = FederatedPartition.ClassesPerClient(samples, classes: 2, clients: 3);
        ISampleGenerator generator = new GaussianNoise(0.2);
        var options = new FederatedComparisonOptions
        {
            OneShot = new() { Training = SmallProblem.Training, MinPoolSize = 60, PoolFactor = 1 },
            Averaging = new() { Rounds = 2 },
            Fusion = new() { Training = SmallProblem.Training },
        };

        FederatedComparisonResult ways = new FederatedComparison(original, generator, options).Run(clients, test);
        Console.WriteLine(ways.Describe());

        ways.Rows.Should().Contain(row => row.Name == "FedDF");
    }
}
