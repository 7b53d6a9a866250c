using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>The noisy average of clipped updates, <c>(Σ min(1, S/‖Δₖ‖)·Δₖ + N(0, (z·S)²)) / (q·N)</c>, and the privacy loss of the rounds.</summary>
internal sealed class PrivateAverage : IDisposable
{
    private readonly FederatedPrivacyOptions _privacy;
    private readonly FederatedAveragingOptions _options;
    private readonly double _expected;
    private readonly IReadOnlyList<Parameter> _global;
    private readonly Tensor[] _sums;
    private readonly RdpAccountant _accountant = new();

    /// <summary>Begins without an update.</summary>
    /// <param name="options">The options, with privacy.</param>
    /// <param name="clients">The number of all clients.</param>
    /// <param name="global">The parameters that a round begins with.</param>
    public PrivateAverage(FederatedAveragingOptions options, int clients, IReadOnlyList<Parameter> global)
    {
        (_options, _privacy, _global) = (options, options.Privacy!, global);
        _expected = options.ClientShare * clients;
        _sums = [.. global.Select(parameter => torch.zeros_like(parameter, requires_grad: false).DetachFromDisposeScope())];
    }

    /// <summary>Gets ε of all rounds so far.</summary>
    public double Epsilon => _accountant.Epsilon(_privacy.Delta);

    /// <summary>Gets how many updates were longer than the norm since the last <see cref="Take"/>.</summary>
    public int Clipped { get; private set; }

    /// <summary>Refuses options that would let something leave a client without noise.</summary>
    /// <exception cref="ArgumentException">An option does not go with privacy; the message names it.</exception>
    public static void Check(FederatedAveragingOptions options)
    {
        if (options.Privacy is null)
        {
            return;
        }

        const string With = $"With {nameof(FederatedAveragingOptions)}.{nameof(FederatedAveragingOptions.Privacy)}";
        if (!options.Algorithm.ExchangesModelsAlone)
        {
            throw new ArgumentException(
                $"{With} the algorithm must keep and send nothing of a client but its model ({nameof(FederatedAlgorithm.ExchangesModelsAlone)}), "
                + $"as {nameof(FedAvg)} and {nameof(FedProx)} do, but it is {options.Algorithm.Name}.",
                nameof(options));
        }

        if (options.KeepsClientModels)
        {
            throw new ArgumentException(
                $"{With} {nameof(FederatedAveragingOptions.KeepsClientModels)} must be false, but is true: the model of a client has no noise.",
                nameof(options));
        }

        if (options.FirstRounds.FirstOrDefault(pair => pair.Value > 0) is { Value: > 0 } late)
        {
            throw new ArgumentException(
                $"{With} each client must be drawn with the same probability in all rounds, but by {nameof(FederatedAveragingOptions.FirstRounds)} "
                + $"client {late.Key} joins in round {late.Value}. Leave it out.",
                nameof(options));
        }
    }

    /// <summary>Refuses a model whose buffers would leave the clients without noise.</summary>
    /// <exception cref="ArgumentException">The model has buffers; the message names them.</exception>
    public static void Check(Module<Tensor, Tensor> model)
    {
        string[] buffers = [.. model.named_buffers().Select(buffer => buffer.name)];
        if (buffers.Length > 0)
        {
            throw new ArgumentException(
                $"With {nameof(FederatedAveragingOptions)}.{nameof(FederatedAveragingOptions.Privacy)} the model must have no buffers, which are averaged "
                + $"without noise, but {model.GetType().Name} has '{string.Join("', '", buffers)}'. "
                + "Use GroupNorm or LayerNorm in place of batch normalization.");
        }
    }

    /// <summary>Adds the update of a client, scaled by <c>min(1, S/‖Δ‖)</c>.</summary>
    /// <exception cref="InvalidOperationException">The update is not finite.</exception>
    public void Add(IReadOnlyList<Tensor> local, int client, int round)
    {
        using var scope = torch.NewDisposeScope();
        Tensor[] update = [.. local.Zip(_global, (mine, theirs) => mine.sub(theirs))];
        double length = Math.Sqrt(update.Sum(change => change.to(torch.ScalarType.Float64).Square().sum().item<double>()));
        if (!double.IsFinite(length))
        {
            throw new InvalidOperationException($"The update of client {client} in round {round} must be finite, but is not.");
        }

        Clipped += length > _privacy.ClipNorm ? 1 : 0;
        double factor = Math.Min(1, _privacy.ClipNorm / Math.Max(length, double.Epsilon));
        for (int i = 0; i < _sums.Length; i++)
        {
            _sums[i].AddInPlace(update[i], factor);
        }
    }

    /// <summary>Ends a round: accounts for it, and begins anew without an update.</summary>
    /// <returns>The noisy average for each parameter, in the current dispose scope.</returns>
    public Tensor[] Take(int round)
    {
        _accountant.Add(_privacy.NoiseMultiplier, _options.ClientShare);
        Clipped = 0;
        using var generator = new torch.Generator(SplitMix64.Mix(SplitMix64.Mix(_options.Seed, -2), (ulong)round));
        return [.. _sums.Select(sum => Noisy(sum, generator))];
    }

    public void Dispose() => Array.ForEach(_sums, sum => sum.Dispose());

    private Tensor Noisy(Tensor sum, torch.Generator generator)
    {
        Tensor noise = torch.randn(sum.shape, sum.dtype, torch.CPU, generator: generator).to(sum.device);
        Tensor average = noise.MulInPlace(_privacy.NoiseMultiplier * _privacy.ClipNorm).AddInPlace(sum).DivInPlace(_expected);
        sum.zero_();
        return average;
    }
}
