namespace Distillation.Serialization;

/// <summary>A file of named tensors, whatever its format.</summary>
internal interface ITensorFile : IDisposable
{
    IReadOnlyList<string> Names { get; }

    /// <summary>Gets what the file has besides, where tensors could be.</summary>
    IReadOnlyList<PassedOver> Others { get; }

    TensorInfo? Find(string name);

    Tensor Read(string name);
}
