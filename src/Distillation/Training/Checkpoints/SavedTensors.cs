using Distillation.Serialization;

namespace Distillation.Checkpoints;

/// <summary>The tensors of a checkpoint's file, which are brought back into those of a run.</summary>
internal sealed class SavedTensors(string path) : IDisposable
{
    private readonly SafetensorsFile _file = SafetensorsFile.Open(path);

    public IReadOnlyList<string> Names => _file.Names;

    /// <summary>Reads a tensor, into the current dispose scope.</summary>
    public Tensor Read(string name) =>
        _file.Find(name) is null ? throw new InvalidDataException($"'{path}' must have a tensor '{name}', but has none.") : _file.Read(name);

    /// <summary>Reads a tensor of the same shape and type as another one, into the current dispose scope.</summary>
    public Tensor ReadLike(string name, Tensor tensor)
    {
        Tensor saved = Read(name);
        return Shapes.Same(saved, tensor) && saved.dtype == tensor.dtype
            ? saved
            : throw new InvalidDataException($"'{name}' in '{path}' must be {Shapes.Of(tensor)} {tensor.dtype}, but is {Shapes.Of(saved)} {saved.dtype}.");
    }

    /// <summary>Reads a number, into the current dispose scope.</summary>
    public Tensor ReadNumber(string name)
    {
        Tensor saved = Read(name);
        return saved.dim() == 0 && torch.is_floating_point(saved)
            ? saved
            : throw new InvalidDataException($"'{name}' in '{path}' must be [] of floating point, but is {Shapes.Of(saved)} {saved.dtype}.");
    }

    /// <summary>Overwrites a tensor with the one that was saved of it.</summary>
    public void CopyTo(Tensor tensor, string name)
    {
        using var noGradient = torch.no_grad();
        using Tensor saved = ReadLike(name, tensor);
        _ = tensor.copy_(saved);
    }

    public void Dispose() => _file.Dispose();
}
