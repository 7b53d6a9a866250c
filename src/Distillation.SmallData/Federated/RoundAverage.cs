namespace Distillation.SmallData;

/// <summary>What the server makes of the models of a round: their weighted average, or with privacy the noisy average of clipped updates.</summary>
internal sealed class RoundAverage(GlobalModel model, FederatedAveragingOptions options, int clients) : IDisposable
{
    private readonly PrivateAverage? _private = options.Privacy is null ? null : new(options, clients, model.Parameters);

    /// <summary>Gets ε of the rounds so far; <see langword="null"/> without privacy.</summary>
    public double? Epsilon => _private?.Epsilon;

    /// <summary>Gets how many updates of the current round were clipped; <see langword="null"/> without privacy.</summary>
    public int? Clipped => _private?.Clipped;

    /// <summary>Returns the weights of clients, which sum to 1.</summary>
    /// <param name="counts">The number of samples of each.</param>
    public double[] Shares(IEnumerable<long> counts)
    {
        bool bySamples = options.Algorithm.WeightsBySamples && options.Privacy is null;
        double[] weights = [.. counts.Select(count => bySamples ? (double)count : 1)];
        double whole = weights.Sum();
        return [.. weights.Select(weight => weight / whole)];
    }

    /// <summary>Adds the working copy, which a client has trained.</summary>
    public void Receive(int client, int round, double share)
    {
        using var noGradient = torch.no_grad();
        if (_private is null)
        {
            model.Receive(share);
        }
        else
        {
            _private.Add(model.LocalParameters, client, round);
        }
    }

    /// <summary>Makes the next global model.</summary>
    public void Update(int round)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        if (_private is null)
        {
            model.Update();
        }
        else
        {
            model.Move(_private.Take(round));
        }
    }

    public void Dispose() => _private?.Dispose();
}
