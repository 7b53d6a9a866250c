using Distillation.Serialization;
using Distillation.SmallData;
using Distillation.Training;
using static TorchSharp.torch.nn;

namespace OverHttp;

/// <summary>The rounds of federated averaging: the global model of each, and the models of its clients.</summary>
internal sealed class AveragingRounds : IDisposable
{
    private readonly Lock _turn = new();
    private readonly int _clients;
    private readonly string _directory;
    private readonly FederatedAveraging _averaging = new(Agreement.Network, Agreement.Averaging);
    private readonly Module<Tensor, Tensor> _global = ParallelTrainings.Seeded(Agreement.Averaging.Seed, Agreement.Network);
    private readonly TaskCompletionSource[] _begun;
    private Gathering? _gathering;
    private int _round;

    public AveragingRounds(string directory, int clients)
    {
        (_directory, _clients) = (directory, clients);
        IEnumerable<int> rounds = Enumerable.Range(0, Agreement.Averaging.Rounds + 1);
        _begun = [.. rounds.Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];
        Begin();
    }

    /// <summary>Returns the file of the global model with which a round begins; that of the number of rounds has the result.</summary>
    public string PathOf(int round) => Path.Combine(_directory, $"round-{round}.safetensors");

    /// <summary>Returns a task that ends when a round has begun.</summary>
    /// <exception cref="RefusedException">There is no such round.</exception>
    public Task Begun(int round) => round < _begun.Length
        ? _begun[round].Task
        : throw new RefusedException(
            StatusCodes.Status404NotFound, $"Rounds have the numbers 0 to {_begun.Length - 1}, with the result as the last one, but this one is {round}.");

    /// <summary>Refuses a model that the current round does not need.</summary>
    /// <exception cref="RefusedException">It is of another round, of no client, or there already.</exception>
    public void RequireMissing(int round, int client)
    {
        lock (_turn)
        {
            Current(round).RequireMissing(client);
        }
    }

    /// <summary>Takes a model that has been written aside and checked; the last one of a round makes the next global model.</summary>
    /// <exception cref="RefusedException">It is of another round, of no client, or there already.</exception>
    public void Keep(int round, int client, string aside)
    {
        lock (_turn)
        {
            Gathering gathering = Current(round);
            gathering.Keep(client, aside);
            if (gathering.Complete.IsCompleted)
            {
                Average(gathering);
                _round++;
                Begin();
            }
        }
    }

    public void Dispose() => _global.Dispose();

    private void Begin()
    {
        ModuleWeights.Save(_global, PathOf(_round));
        _gathering = null;
        if (_round < Agreement.Averaging.Rounds)
        {
            DirectoryInfo directory = Directory.CreateDirectory(Path.Combine(_directory, $"round-{_round}"));
            _gathering = new Gathering(directory.FullName, _clients, _averaging.ClientsOf(_round, _clients));
        }

        _begun[_round].SetResult();
    }

    private void Average(Gathering gathering)
    {
        Dictionary<int, FederatedModel> models = [];
        try
        {
            foreach (int client in gathering.Expected)
            {
                models[client] = ModelFile.Load(gathering.PathOf(client));
            }

            _averaging.Average(_global, models, _round, _clients);
        }
        finally
        {
            foreach (FederatedModel model in models.Values)
            {
                model.Dispose();
            }
        }
    }

    private Gathering Current(int round)
    {
        if (round == _round && _gathering is { } gathering)
        {
            return gathering;
        }

        string now = _gathering is null ? "all rounds have ended" : $"round {_round} is the current one";
        throw new RefusedException(StatusCodes.Status409Conflict, $"Models of round {round} are not taken: {now}.");
    }
}
