using Distillation.Serialization;

namespace Distillation.Checkpoints;

/// <summary>The tensors of a checkpoint's file, which are brought back into those of a run.</summary>
internal sealed class SavedTensors(string path) : IDisposable
{
    private readonly SafetensorsFile _file = SafetensorsFile.Open(path);

    public IReadOnlyList<string> Names => _file.Names;

    /// <summary>Reads a tensor, into the current dispose scope.</summary>
    public Tensor Read(string name) => _file.Find(name) is null ? throw new InvalidDataException($"'{path}' must have a tensor '{name}', but has none.") : _file.Read(name);

    /// <summary>Overwrites a tensor with the one that was saved of it.</summary>
    public void CopyTo(Tensor tensor, string name)
    {
        using var noGradient = torch.no_grad();
        using Tensor saved = Read(name);
        if (!Shapes.Same(saved, tensor) || saved.dtype != tensor.dtype)
        {
            throw new InvalidDataException($"'{name}' in '{path}' must be {Shapes.Of(tensor)} {tensor.dtype}, but is {Shapes.Of(saved)} {saved.dtype}.");
        }

        _ = tensor.copy_(saved);
    }

    public void Dispose() => _file.Dispose();
}
