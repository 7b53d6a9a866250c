namespace Distillation.SmallData;

/// <summary>The mean and the deviation of each value of a part over some samples.</summary>
internal sealed class FeatureMoments : IDisposable
{
    private readonly Tensor _mean;
    private readonly Tensor _deviation;

    /// <summary>Computes them of [N, D].</summary>
    public FeatureMoments(Tensor values)
    {
        using var scope = torch.NewDisposeScope();
        Tensor deviation = values.std(0, unbiased: false, keepdim: true);
        _mean = values.mean([0], keepdim: true).DetachFromDisposeScope();
        _deviation = deviation.MaskedFill(deviation.Eq(0), 1).DetachFromDisposeScope();
    }

    public Tensor Standardize(Tensor values)
    {
        using var scope = torch.NewDisposeScope();
        return ((values - _mean.to(values.device)) / _deviation.to(values.device)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _mean.Dispose();
        _deviation.Dispose();
    }
}
