using Microsoft.ML.OnnxRuntime;

namespace Distillation.Onnx;

/// <summary>Runs a file that is being written, on the processor.</summary>
internal sealed class Session(byte[] model) : IDisposable
{
    private readonly InferenceSession _session = new(model);

    public long[] ShapeFor(Tensor input) => Run(input, output => output.GetTensorTypeAndShape().Shape);

    public float[] Run(Tensor input) => Run(input, output => output.GetTensorDataAsSpan<float>().ToArray());

    public void Dispose() => _session.Dispose();

    private T Run<T>(Tensor input, Func<OrtValue, T> read)
    {
        using OrtValue value = input.dtype == torch.ScalarType.Int64
            ? OrtValue.CreateTensorValueFromMemory(input.data<long>().ToArray(), input.shape)
            : OrtValue.CreateTensorValueFromMemory(input.data<float>().ToArray(), input.shape);
        using var options = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(options, _session.InputNames, [value], _session.OutputNames);
        return read(outputs[0]);
    }
}
