namespace Distillation.Training;

/// <summary>Adds up losses where they are, on the device, so that a step never waits for a number.</summary>
internal sealed class LossMeter : IDisposable
{
    private readonly Dictionary<string, Tensor> _sums = [];
    private readonly Dictionary<string, double> _nearSums = [];
    private readonly Dictionary<string, double> _weights = [];

    /// <summary>Takes a scalar.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="value">A scalar.</param>
    /// <param name="weight">For how much it counts in the mean: the number of samples behind it.</param>
    public void Add(string name, Tensor value, double weight)
    {
        using var noGradient = torch.no_grad();
        if (!_sums.TryGetValue(name, out Tensor? sum))
        {
            // Sums of half precision would stand still after some hundred steps.
            bool half = value.dtype is torch.ScalarType.Float16 or torch.ScalarType.BFloat16;
            _sums[name] = sum = torch.zeros([], half ? torch.ScalarType.Float32 : value.dtype, value.device).DetachFromDisposeScope();
        }

        _ = sum.PlusInPlace(value, weight);
        _weights[name] = _weights.GetValueOrDefault(name) + weight;
    }

    /// <summary>Takes a number that the processor has already.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="value">The number.</param>
    /// <param name="weight">For how much it counts in the mean: the number of samples behind it.</param>
    public void Add(string name, double value, double weight)
    {
        _nearSums[name] = _nearSums.GetValueOrDefault(name) + (value * weight);
        _weights[name] = _weights.GetValueOrDefault(name) + weight;
    }

    /// <summary>Gets whether nothing was added since the last reading.</summary>
    public bool IsEmpty => _weights.Count == 0;

    /// <summary>Copies the sums, for the caller to dispose or to give to <see cref="Restore"/>.</summary>
    public LossMeter Copy()
    {
        using var noGradient = torch.no_grad();
        var copy = new LossMeter();
        copy.Restore(_sums.ToDictionary(sum => sum.Key, sum => sum.Value.clone()), _nearSums, _weights);
        return copy;
    }

    /// <summary>Gets the sums on the device, of each name that has one.</summary>
    public IReadOnlyDictionary<string, Tensor> Sums => _sums;

    /// <summary>Gets the sums of the numbers that the processor had, and the weights of all, by name.</summary>
    public (IReadOnlyDictionary<string, double> Sums, IReadOnlyDictionary<string, double> Weights) Numbers => (_nearSums, _weights);

    /// <summary>Goes on from sums and weights.</summary>
    public void Restore(IReadOnlyDictionary<string, Tensor> sums, IReadOnlyDictionary<string, double> nearSums, IReadOnlyDictionary<string, double> weights)
    {
        Dispose();
        foreach ((string name, Tensor sum) in sums)
        {
            _sums.Add(name, sum.DetachFromDisposeScope());
        }

        foreach ((string name, double sum) in nearSums)
        {
            _nearSums.Add(name, sum);
        }

        foreach ((string name, double weight) in weights)
        {
            _weights.Add(name, weight);
        }
    }

    /// <summary>Reads the means since the last reading. This waits for the device.</summary>
    public Dictionary<string, double> Take()
    {
        using var scope = torch.NewDisposeScope();
        Dictionary<string, double> means = _weights.ToDictionary(weight => weight.Key, weight => Sum(weight.Key) / weight.Value);
        Dispose();
        return means;
    }

    public void Dispose()
    {
        foreach (Tensor sum in _sums.Values)
        {
            sum.Dispose();
        }

        _sums.Clear();
        _nearSums.Clear();
        _weights.Clear();
    }

    private double Sum(string name) => _nearSums.GetValueOrDefault(name) + (_sums.TryGetValue(name, out Tensor? sum) ? sum.to(torch.ScalarType.Float64).item<double>() : 0);
}
