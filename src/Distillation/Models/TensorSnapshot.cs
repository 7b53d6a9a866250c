namespace Distillation;

/// <summary>Copies of tensors, with which to bring back what they were.</summary>
internal sealed class TensorSnapshot(IReadOnlyList<Tensor> tensors) : IDisposable
{
    private Tensor[] _kept = [];

    public IReadOnlyList<Tensor> Kept => _kept;

    /// <summary>Keeps the tensors as they are.</summary>
    public void Keep()
    {
        using var noGradient = torch.no_grad();
        if (_kept.Length == 0)
        {
            _kept = [.. tensors.Select(Copy)];
            return;
        }

        for (int i = 0; i < _kept.Length; i++)
        {
            _ = _kept[i].copy_(tensors[i]);
        }
    }

    public void Restore()
    {
        using var noGradient = torch.no_grad();
        for (int i = 0; i < _kept.Length; i++)
        {
            _ = tensors[i].copy_(_kept[i]);
        }
    }

    public void Dispose() => Array.ForEach(_kept, kept => kept.Dispose());

    private static Tensor Copy(Tensor tensor) => tensor.clone().DetachFromDisposeScope();
}
