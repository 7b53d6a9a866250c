using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Distillation.Onnx;

/// <summary>What ONNX Runtime makes of a file that is being written, on the processor.</summary>
/// <param name="Shape">The shape of the output.</param>
/// <param name="Values">Its values; none where they are not of float32.</param>
internal readonly record struct RuntimeRun(long[] Shape, float[] Values)
{
    /// <summary>One run for each input.</summary>
    public static RuntimeRun[] Of(byte[] model, IEnumerable<Tensor> inputs)
    {
        try
        {
            using var session = new InferenceSession(model);
            return [.. inputs.Select(input => Of(session, input))];
        }
        catch (OnnxRuntimeException wrong)
        {
            throw new OnnxExportException($"ONNX Runtime does not run what is written: {wrong.Message}", wrong);
        }
    }

    private static RuntimeRun Of(InferenceSession session, Tensor input)
    {
        using OrtValue value = input.dtype == torch.ScalarType.Int64
            ? OrtValue.CreateTensorValueFromMemory(input.data<long>().ToArray(), input.shape)
            : OrtValue.CreateTensorValueFromMemory(input.data<float>().ToArray(), input.shape);
        using var options = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(options, session.InputNames, [value], session.OutputNames);
        OrtTensorTypeAndShapeInfo type = outputs[0].GetTensorTypeAndShape();
        return new RuntimeRun(type.Shape, type.ElementDataType == TensorElementType.Float ? outputs[0].GetTensorDataAsSpan<float>().ToArray() : []);
    }
}
