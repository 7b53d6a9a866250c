using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>One run of federated averaging: the global model, the working copy, and what the algorithm remembers.</summary>
internal sealed class FederatedAveragingRun : IDisposable
{
    private readonly FederatedAveragingOptions _options;
    private readonly IDataSource[] _clients;
    private readonly GlobalModel _model;
    private readonly ClientTraining _training;
    private readonly RoundAverage _average;
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
        _training = new ClientTraining(_model, options);
        _average = new RoundAverage(_model, options, clients.Length);
    }

    /// <summary>Gets the number of bytes of a model.</summary>
    public long ModelBytes => _model.ParameterBytes + _model.BufferBytes;

    /// <summary>Runs a round.</summary>
    /// <returns>The round, not measured.</returns>
    public FederatedRound Train(int round, IReadOnlyList<int> clients, int joined, CancellationToken cancellationToken)
    {
        double[] shares = _average.Shares(clients.Select(client => _clients[client].Count));
        double loss = 0;
        foreach ((int client, double share) in clients.Zip(shares))
        {
            cancellationToken.ThrowIfCancellationRequested();
            loss += share * _training.Train(round, client, _clients[client], cancellationToken);
            _average.Receive(client, round, share);
            if (_options.KeepsClientModels)
            {
                Keep(client);
            }
        }

        double? clipped = _average.Clipped;
        _average.Update(round);
        _training.EndRound(joined);
        long bytes = clients.Count * ((_options.Algorithm.TensorsPerParameter * _model.ParameterBytes) + _model.BufferBytes);
        return new()
        {
            Number = round,
            Clients = clients,
            Loss = clients.Count == 0 ? double.NaN : loss,
            BytesSent = bytes,
            BytesReceived = bytes,
            Epsilon = _average.Epsilon,
            ClippedShare = clipped / Math.Max(1, clients.Count),
        };
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
        _training.Dispose();
        _average.Dispose();
        foreach (Tensor weight in _last.Values.SelectMany(weights => weights.Values))
        {
            weight.Dispose();
        }

        _model.Dispose();
    }

    private void Keep(int client)
    {
        using var noGradient = torch.no_grad();
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
