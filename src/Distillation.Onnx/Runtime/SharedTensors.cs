using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Distillation.Onnx;

/// <summary>Tensors as values of ONNX Runtime, without a copy.</summary>
/// <param name="tensors">On the processor and contiguous; held until this is disposed.</param>
internal sealed class SharedTensors(IReadOnlyList<Tensor> tensors) : IDisposable
{
    public OrtValue[] Values { get; } = [.. tensors.Select(Share)];

    public void Dispose()
    {
        foreach (OrtValue value in Values)
        {
            value.Dispose();
        }

        GC.KeepAlive(tensors);
    }

    private static unsafe OrtValue Share(Tensor tensor)
    {
        Span<byte> bytes = tensor.bytes;
        var address = (IntPtr)Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes));
        return OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, ElementTypes.Of(tensor.dtype), tensor.shape, address, bytes.Length);
    }
}
