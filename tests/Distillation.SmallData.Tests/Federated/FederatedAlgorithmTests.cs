using static TorchSharp.torch.nn;

namespace Distillation.SmallData.Tests;

/// <summary>Each algorithm against its formulas, written out for a linear model of float64 whose gradient has a closed form.</summary>
public sealed class FederatedAlgorithmTests : IDisposable
{
    private const int Rounds = 6;
    private const int Steps = 4;
    private const double Rate = 0.3;

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData[] _clients = [Client(12, [0, 1], 3), Client(25, [2, 3], 13), Client(7, [0, 3], 23)];

    public void Dispose()
    {
        Array.ForEach(_clients, client => client.Dispose());
        _scope.Dispose();
    }

    [Fact]
    public void Averaging_is_the_loop_by_hand() =>
        Federated(new FedAvg()).Should().Equal(ByHand(mu: 0), (one, other) => Math.Abs(one - other) < 1e-9);

    [Fact]
    public void Prox_is_the_loop_by_hand() =>
        Federated(new FedProx { Mu = 0.7 }).Should().Equal(ByHand(mu: 0.7), (one, other) => Math.Abs(one - other) < 1e-9);

    [Fact]
    public void Scaffold_is_the_loop_by_hand() =>
        Federated(new Scaffold()).Should().Equal(ScaffoldByHand(), (one, other) => Math.Abs(one - other) < 1e-9);

    [Fact]
    public void Clipped_updates_are_the_loop_by_hand()
    {
        // Some updates are longer, and others are not. The noise has a deviation of 1e-13.
        var privacy = new FederatedPrivacyOptions { ClipNorm = 0.4, NoiseMultiplier = 1e-12 };

        double[] result = Federated(new FedAvg(), privacy, out double clipped);

        result.Should().Equal(ClippedByHand(0.4, out double expected), (one, other) => Math.Abs(one - other) < 1e-9);
        clipped.Should().BeApproximately(expected, 1e-9).And.BeInRange(0.1, 0.9);
    }

    [Fact]
    public void Algorithm_of_a_user_is_run()
    {
        double[] still = Federated(new Still());

        still.Should().Equal(Some.Weights(Make()), "without gradients nothing moves");
    }

    private static Module<Tensor, Tensor> Make()
    {
        Module<Tensor, Tensor> module = Linear(2, 4, hasBias: false).to(torch.ScalarType.Float64);
        using var noGradient = torch.no_grad();
        module.parameters().Single().copy_(torch.arange(8, torch.ScalarType.Float64).reshape(4, 2) / 10);
        return module;
    }

    private static TensorData Client(int samples, long[] classes, int seed)
    {
        using TensorData data = SmallProblem.Heaps(samples, classes, seed);
        return TensorData.Owning(data.Inputs.to(torch.ScalarType.Float64), data.Labels!.clone());
    }

    private double[] Federated(FederatedAlgorithm algorithm) => Federated(algorithm, null, out _);

    private double[] Federated(FederatedAlgorithm algorithm, FederatedPrivacyOptions? privacy, out double clipped)
    {
        var options = new FederatedAveragingOptions
        {
            Algorithm = algorithm,
            Rounds = Rounds,
            Privacy = privacy,
            Training = new() { Steps = Steps, BatchSize = 100, Optimizer = new SgdOptimizer(Rate) },
        };
        using FederatedAveragingResult result = new FederatedAveraging(Make, options).Run(_clients);
        clipped = result.Rounds.Average(round => round.ClippedShare ?? 0);
        return Some.Weights(result.Module);
    }

    private double[] ByHand(double mu)
    {
        using var noGradient = torch.no_grad();
        Tensor global = Make().parameters().Single().clone();
        for (int round = 0; round < Rounds; round++)
        {
            Tensor sum = torch.zeros_like(global);
            foreach (TensorData client in _clients)
            {
                Tensor local = global.clone();
                for (int step = 0; step < Steps; step++)
                {
                    local = local - (Rate * (Gradient(local, client) + (mu * (local - global))));
                }

                sum = sum + (client.Count * local);
            }

            global = sum / _clients.Sum(client => client.Count);
        }

        return Close.Numbers(global);
    }

    private double[] ClippedByHand(double norm, out double clipped)
    {
        using var noGradient = torch.no_grad();
        Tensor global = Make().parameters().Single().clone();
        clipped = 0;
        for (int round = 0; round < Rounds; round++)
        {
            Tensor sum = torch.zeros_like(global);
            foreach (TensorData client in _clients)
            {
                Tensor local = global.clone();
                for (int step = 0; step < Steps; step++)
                {
                    local = local - (Rate * Gradient(local, client));
                }

                double length = (local - global).norm().item<double>();
                clipped += length > norm ? 1.0 / _clients.Length / Rounds : 0;
                sum = sum + ((local - global) * Math.Min(1, norm / length));
            }

            global = global + (sum / _clients.Length);
        }

        return Close.Numbers(global);
    }

    private double[] ScaffoldByHand()
    {
        using var noGradient = torch.no_grad();
        Tensor global = Make().parameters().Single().clone();
        Tensor server = torch.zeros_like(global);
        Tensor[] variates = [.. _clients.Select(_ => torch.zeros_like(global))];
        for (int round = 0; round < Rounds; round++)
        {
            Tensor sum = torch.zeros_like(global);
            Tensor change = torch.zeros_like(global);
            for (int client = 0; client < _clients.Length; client++)
            {
                Tensor local = global.clone();
                for (int step = 0; step < Steps; step++)
                {
                    local = local - (Rate * (Gradient(local, _clients[client]) - variates[client] + server));
                }

                Tensor next = variates[client] - server + ((global - local) / (Steps * Rate));
                change = change + (next - variates[client]);
                variates[client] = next;
                sum = sum + local;
            }

            global = sum / _clients.Length;
            server = server + (change / _clients.Length);
        }

        return Close.Numbers(global);
    }

    // (softmax(x·wᵀ) − y)ᵀ·x / N
    private static Tensor Gradient(Tensor weights, TensorData data)
    {
        Tensor probabilities = functional.softmax(data.Inputs.matmul(weights.t()), 1);
        Tensor labels = functional.one_hot(data.Labels!, 4).to(torch.ScalarType.Float64);
        return (probabilities - labels).t().matmul(data.Inputs) / data.Count;
    }

    private sealed record Still : FederatedAlgorithm
    {
        public override FederatedAlgorithmState CreateState(IReadOnlyList<Tensor> parameters) => new State();

        private sealed class State : FederatedAlgorithmState
        {
            public override void AdjustGradients(IReadOnlyList<Parameter> parameters)
            {
                foreach (Parameter parameter in parameters)
                {
                    parameter.grad!.zero_();
                }
            }
        }
    }
}
