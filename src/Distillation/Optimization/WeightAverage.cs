namespace Distillation;

/// <summary>
/// An exponential moving average of weights: average ← decay · average + (1 − decay) · weights after each update. The first update copies the weights.
/// </summary>
/// <remarks>Buffers, such as the statistics of batch normalization, are not averaged.</remarks>
internal sealed class WeightAverage(IReadOnlyList<Parameter> parameters, double decay) : IDisposable
{
    private readonly Tensor[] _weights = [.. parameters];
    private Tensor[] _averages = [];

    /// <summary>Gets the average of each parameter; nothing before the first update.</summary>
    public IReadOnlyList<Tensor> Averages => _averages;

    /// <summary>Takes the weights as they are for the average.</summary>
    public void Begin()
    {
        using var noGradient = torch.no_grad();
        Dispose();
        _averages = [.. Copies()];
    }

    /// <summary>Takes copies of other averages in place of those that are there; none at all begins anew.</summary>
    public void Reset(IReadOnlyList<Tensor> averages)
    {
        using var noGradient = torch.no_grad();
        Dispose();
        _averages = [.. averages.Select(average => average.clone().DetachFromDisposeScope())];
    }

    public void Update()
    {
        using var noGradient = torch.no_grad();
        if (_averages.Length == 0)
        {
            Begin();
            return;
        }

        FusedKernels.Average(_averages, _weights, decay, 1 - decay);
    }

    /// <summary>Puts the average in the weights, if there was an update.</summary>
    public void Apply() => Fill(_averages);

    /// <summary>Puts the average in the weights until disposal, which brings back the trained ones, bit by bit.</summary>
    public IDisposable Swap()
    {
        using var noGradient = torch.no_grad();
        var trained = new Trained(this, [.. Copies()]);
        Apply();
        return trained;
    }

    public void Dispose() => Array.ForEach(_averages, average => average.Dispose());

    private IEnumerable<Tensor> Copies() => parameters.Select(Copy);

    private static Tensor Copy(Parameter parameter)
    {
        using Tensor weights = parameter.detach();
        return weights.clone().DetachFromDisposeScope();
    }

    private void Fill(IReadOnlyList<Tensor> values)
    {
        using var noGradient = torch.no_grad();
        foreach ((Parameter parameter, Tensor value) in parameters.Zip(values))
        {
            _ = parameter.copy_(value);
        }
    }

    private sealed class Trained(WeightAverage owner, Tensor[] weights) : IDisposable
    {
        public void Dispose()
        {
            owner.Fill(weights);
            Array.ForEach(weights, weight => weight.Dispose());
        }
    }
}
