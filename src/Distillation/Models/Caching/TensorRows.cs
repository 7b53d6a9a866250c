namespace Distillation.Caching;

/// <summary>Rows in one tensor, on the device of what is written first.</summary>
internal sealed class TensorRows(long count, Tensor first) : IRows
{
    private readonly Tensor _values = torch.empty([count, .. first.shape[1..]], first.dtype, first.device).DetachFromDisposeScope();

    public void Write(ReadOnlySpan<long> samples, Tensor values)
    {
        using Tensor places = torch.tensor(samples.ToArray(), device: _values.device);
        _ = _values.index_copy_(0, places, values);
    }

    public Tensor Read(Tensor samples)
    {
        if (_values.device_type == DeviceType.CPU)
        {
            return _values.index_select(0, samples);
        }

        using Tensor places = samples.to(_values.device);
        return _values.index_select(0, places);
    }

    public void Dispose() => _values.Dispose();
}
