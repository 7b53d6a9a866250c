namespace Distillation.Checkpoints;

/// <summary>Copies of tensors on the CPU, by name.</summary>
internal sealed class TensorCopies : IDisposable
{
    private readonly Dictionary<string, Tensor> _tensors = [];

    public IReadOnlyDictionary<string, Tensor> Tensors => _tensors;

    public void Add(string name, Tensor tensor)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor values = tensor.detach();
        _tensors.Add(name, (values.device_type == DeviceType.CPU ? values.clone() : values.cpu()).DetachFromDisposeScope());
    }

    public void Dispose()
    {
        foreach (Tensor tensor in _tensors.Values)
        {
            tensor.Dispose();
        }
    }
}
