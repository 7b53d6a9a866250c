namespace Distillation.Training;

/// <summary>Adds up losses where they are, on the device, so that a step never waits for a number.</summary>
internal sealed class LossMeter : IDisposable
{
    private const string OfSum = "sum/";
    private const string OfWeight = "weight/";

    // Sums and weights that are on the device, by name, each with its kind in front.
    private readonly Dictionary<string, Tensor> _tensors = [];
    private readonly Dictionary<string, double> _nearSums = [];
    private readonly Dictionary<string, double> _nearWeights = [];

    /// <summary>Gets whether nothing was added since the last reading.</summary>
    public bool IsEmpty => _tensors.Count == 0 && _nearWeights.Count == 0;

    /// <summary>Gets the sums and weights on the device, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => _tensors;

    /// <summary>Gets the sums and weights that the processor had, by name.</summary>
    public (IReadOnlyDictionary<string, double> Sums, IReadOnlyDictionary<string, double> Weights) Numbers => (_nearSums, _nearWeights);

    /// <summary>Adds a scalar.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="value">A scalar.</param>
    /// <param name="samples">How much it counts in the mean: the number of samples behind it.</param>
    /// <param name="weight">How much it counts instead, where that is not the number of samples: a scalar.</param>
    public void Add(string name, Tensor value, double samples, Tensor? weight)
    {
        using var noGradient = torch.no_grad();

        // Sums of half precision would stand still after some hundred steps.
        bool half = value.dtype is torch.ScalarType.Float16 or torch.ScalarType.BFloat16;
        Tensor sum = TensorOf(OfSum + name, half ? torch.ScalarType.Float32 : value.dtype, value.device);
        if (weight is null)
        {
            _ = sum.AddInPlace(value, samples);
            _nearWeights[name] = _nearWeights.GetValueOrDefault(name) + samples;
        }
        else
        {
            _ = sum.addcmul_(value.to(sum.dtype), weight.to(sum.dtype), KeptAliveScalar.One);
            _ = TensorOf(OfWeight + name, weight.dtype, weight.device).AddInPlace(weight);
        }
    }

    /// <summary>Adds a number that the processor has already.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="value">The number.</param>
    /// <param name="samples">How much it counts in the mean: the number of samples behind it.</param>
    public void Add(string name, double value, double samples)
    {
        _nearSums[name] = _nearSums.GetValueOrDefault(name) + (value * samples);
        _nearWeights[name] = _nearWeights.GetValueOrDefault(name) + samples;
    }

    /// <summary>Adds a sum of values, each times its weight.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="sum">The sum.</param>
    /// <param name="weight">The sum of the weights; zero or positive.</param>
    public void AddSum(string name, double sum, double weight)
    {
        _nearSums[name] = _nearSums.GetValueOrDefault(name) + sum;
        _nearWeights[name] = _nearWeights.GetValueOrDefault(name) + weight;
    }

    /// <summary>Copies the sums, for the caller to dispose or to give to <see cref="Restore"/>.</summary>
    public LossMeter Copy()
    {
        using var noGradient = torch.no_grad();
        var copy = new LossMeter();
        copy.Restore(_tensors.ToDictionary(one => one.Key, one => one.Value.clone()), _nearSums, _nearWeights);
        return copy;
    }

    /// <summary>Goes on from sums and weights.</summary>
    public void Restore(IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, double> sums, IReadOnlyDictionary<string, double> weights)
    {
        Dispose();
        foreach ((string name, Tensor tensor) in tensors)
        {
            _tensors.Add(name, tensor.DetachFromDisposeScope());
        }

        foreach ((string name, double sum) in sums)
        {
            _nearSums.Add(name, sum);
        }

        foreach ((string name, double weight) in weights)
        {
            _nearWeights.Add(name, weight);
        }
    }

    /// <summary>Whether sums and weights, restored so, belong to each other: a weight for each sum and none besides.</summary>
    public static bool AreWhole(IEnumerable<string> tensors, IEnumerable<string> sums, IEnumerable<string> weights)
    {
        ILookup<bool, string> kinds = tensors.ToLookup(
            name => name.StartsWith(OfSum, StringComparison.Ordinal), name => name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..]);
        return kinds[true].Concat(sums).ToHashSet().SetEquals(kinds[false].Concat(weights));
    }

    /// <summary>Reads the means since the last reading; 0 of what only batches of no weight were added to. This waits for the device.</summary>
    public Dictionary<string, double> Take() =>
        TakeSums().ToDictionary(one => one.Key, one => one.Value is { Sum: 0, Weight: 0 } ? 0 : one.Value.Sum / one.Value.Weight);

    /// <summary>Reads sums and weights since the last reading, by name. This waits for the device.</summary>
    public Dictionary<string, (double Sum, double Weight)> TakeSums()
    {
        using var scope = torch.NewDisposeScope();
        IEnumerable<string> names = _nearWeights.Keys
            .Concat(_tensors.Keys.Where(name => name.StartsWith(OfWeight, StringComparison.Ordinal)).Select(name => name[OfWeight.Length..]))
            .Distinct();
        Dictionary<string, (double Sum, double Weight)> sums = names.ToDictionary(
            name => name,
            name => (_nearSums.GetValueOrDefault(name) + Read(OfSum + name), _nearWeights.GetValueOrDefault(name) + Read(OfWeight + name)));
        Dispose();
        return sums;
    }

    public void Dispose()
    {
        foreach (Tensor tensor in _tensors.Values)
        {
            tensor.Dispose();
        }

        _tensors.Clear();
        _nearSums.Clear();
        _nearWeights.Clear();
    }

    private double Read(string name) => _tensors.TryGetValue(name, out Tensor? tensor) ? tensor.to(torch.ScalarType.Float64).item<double>() : 0;

    private Tensor TensorOf(string name, torch.ScalarType dtype, torch.Device device)
    {
        if (!_tensors.TryGetValue(name, out Tensor? tensor))
        {
            _tensors[name] = tensor = torch.zeros([], dtype, device).DetachFromDisposeScope();
        }

        return tensor;
    }
}
