namespace Distillation.Serialization;

/// <summary>A file of named tensors, whatever its format.</summary>
internal interface ITensorFile : IDisposable
{
    IReadOnlyList<string> Names { get; }

    TensorInfo? Find(string name);

    Tensor Read(string name);
}
