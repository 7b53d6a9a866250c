using Distillation.Losses;
using Distillation.Training;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>One run of federated averaging: the global model, the working copy, and what the algorithm remembers.</summary>
internal sealed class FederatedAveragingRun : IDisposable
{
    private readonly FederatedAveragingOptions _options;
    private readonly IDataSource[] _clients;
    private readonly GlobalModel _model;
    private readonly FederatedAlgorithmState? _state;
    private readonly IStudent _student;
    private readonly IReadOnlyDictionary<long, long>[]? _counts;
    private readonly Dictionary<int, Dictionary<string, Tensor>> _last = [];

    public FederatedAveragingRun(FederatedAveragingOptions options, IDataSource[] clients, Module<Tensor, Tensor> module, Module<Tensor, Tensor> local)
    {
        using var noGradient = torch.no_grad();
        (_options, _clients) = (options, clients);
        _counts = options.KeepsClientModels
            ? [.. clients.Select(client => ClassCounts.Of(ClassCounts.ReadIds(client)))]
            : null;
        _model = new GlobalModel(module, local, options);
        _student = Student.From(local);
        _state = options.Algorithm.CreateState(_model.Parameters);
    }

    /// <summary>Gets the number of bytes of a model.</summary>
    public long ModelBytes => _model.ParameterBytes + _model.BufferBytes;

    /// <summary>Runs a round.</summary>
    /// <returns>The mean loss, and how many bytes go in each direction.</returns>
    public (double Loss, long Bytes) Train(int round, IReadOnlyList<int> clients, int joined, CancellationToken cancellationToken)
    {
        double Weight(int client) => _options.Algorithm.WeightsBySamples ? _clients[client].Count : 1;
        double whole = clients.Sum(Weight);
        double loss = 0;
        foreach (int client in clients)
        {
            cancellationToken.ThrowIfCancellationRequested();
            loss += Weight(client) / whole * Train(round, client, cancellationToken);
            using var noGradient = torch.no_grad();
            _model.Receive(Weight(client) / whole);
            if (_options.KeepsClientModels)
            {
                Keep(client);
            }
        }

        using var ended = torch.no_grad();
        _model.Update();
        _state?.EndRound(joined);
        return (loss, clients.Count * ((_options.Algorithm.TensorsPerParameter * _model.ParameterBytes) + _model.BufferBytes));
    }

    /// <summary>Makes models of the last local weights of all clients, which the caller disposes.</summary>
    public Dictionary<int, FederatedModel> TakeClientModels(Func<Module<Tensor, Tensor>> make)
    {
        var models = new Dictionary<int, FederatedModel>();
        try
        {
            foreach ((int client, Dictionary<string, Tensor> weights) in _last.OrderBy(pair => pair.Key))
            {
                Module<Tensor, Tensor> module = OriginalTraining.Make(make, _options.Seed);
                ModuleState.Write(module, weights);
                module.eval();
                models[client] = new FederatedModel(module, _counts![client]);
            }

            return models;
        }
        catch
        {
            foreach (FederatedModel model in models.Values)
            {
                model.Dispose();
            }

            throw;
        }
    }

    public void Dispose()
    {
        _student.Dispose();
        _state?.Dispose();
        foreach (Tensor weight in _last.Values.SelectMany(weights => weights.Values))
        {
            weight.Dispose();
        }

        _model.Dispose();
    }

    private double Train(int round, int client, CancellationToken cancellationToken)
    {
        using (torch.no_grad())
        {
            _model.Send();
            _state?.BeginClient(client, _model.Parameters);
        }

        // Training needs gradients, whatever the caller has switched off.
        using var gradients = torch.enable_grad();
        using var scope = torch.NewDisposeScope();
        TrainerOptions training = _options.Training with { Seed = unchecked((int)SplitMix64.Mix(SplitMix64.Mix(_options.Seed, client), (ulong)round)) };
        using var scheme = new LocalTrainingScheme(
            new Learner(_student, new HardLabelLoss()),
            _model.LocalParameters,
            training.Optimizer.LearningRate,
            _state,
            round,
            _options.Rounds);
        TrainingResult result = new TrainingLoop(training).Run(scheme, _clients[client], cancellationToken: cancellationToken);
        using var noGradient = torch.no_grad();
        _state?.EndClient(new FederatedClientUpdate
        {
            Client = client,
            Steps = scheme.Steps,
            LearningRateSum = scheme.LearningRateSum,
            Global = _model.Parameters,
            Local = _model.LocalParameters,
        });
        return result.History[^1].Loss;
    }

    private void Keep(int client)
    {
        if (_last.TryGetValue(client, out Dictionary<string, Tensor>? before))
        {
            foreach ((string name, Tensor tensor) in _model.Local.state_dict())
            {
                before[name].copy_(tensor);
            }
        }
        else
        {
            _last[client] = ModuleState.Copy(_model.Local);
        }
    }
}
