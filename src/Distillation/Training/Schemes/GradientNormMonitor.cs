namespace Distillation.Training;

/// <summary>Compares the norm of each gradient with the running mean of those before it, on the device, so that a step never waits for a number.</summary>
internal sealed class GradientNormMonitor : IDisposable
{
    private const double Kept = 0.9;

    // The first norms of a run fall fast, and make no mean.
    private const int WarmUp = 10;

    private Tensor? _mean;
    private Tensor? _peak;
    private int _seen;

    public void Add(Tensor norm)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor value = norm.to(torch.ScalarType.Float32);
        if (_mean is null || _peak is null)
        {
            _mean = value.clone().DetachFromDisposeScope();
            _peak = torch.zeros_like(value).DetachFromDisposeScope();
        }

        if (++_seen > WarmUp)
        {
            _ = _peak.copy_(torch.maximum(_peak, value / _mean));
        }

        _ = _mean.MulInPlace(Kept).AddInPlace(value, 1 - Kept);
    }

    /// <summary>Reads the largest ratio since the last reading; 0 where there was none. This waits for the device.</summary>
    public double Take()
    {
        if (_peak is null)
        {
            return 0;
        }

        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        double peak = _peak.item<float>();
        _ = _peak.zero_();
        return peak;
    }

    public void Dispose()
    {
        _mean?.Dispose();
        _peak?.Dispose();
    }
}
