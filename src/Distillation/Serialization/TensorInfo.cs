namespace Distillation.Serialization;

/// <summary>The entry of a tensor in a file.</summary>
public sealed class TensorInfo
{
    internal TensorInfo(string name, string dtype, long[] shape, long begin, long end)
    {
        Name = name;
        Dtype = dtype;
        Shape = shape;
        ScalarType = TensorType.Find(dtype);
        Begin = begin;
        End = end;
    }

    /// <summary>Gets the name.</summary>
    public string Name { get; }

    /// <summary>Gets the type of the numbers as safetensors files call it, such as <c>F32</c> or <c>BF16</c>.</summary>
    public string Dtype { get; }

    /// <summary>Gets the type of the numbers; <see langword="null"/> where TorchSharp has no such type, and the tensor cannot be read.</summary>
    public torch.ScalarType? ScalarType { get; }

    /// <summary>Gets the shape; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>Where the values begin: in bytes from the end of the header of a safetensors file, from the beginning of one of PyTorch.</summary>
    internal long Begin { get; }

    /// <summary>Where the values end, in bytes from the same place.</summary>
    internal long End { get; }

    /// <summary>Returns shape and type, for messages.</summary>
    /// <returns>For example <c>[10, 784] F32</c>.</returns>
    public override string ToString() => $"[{string.Join(", ", Shape)}] {Dtype}";
}
