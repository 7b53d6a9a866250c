using Microsoft.ML.OnnxRuntime;

namespace Distillation.Onnx;

/// <summary>What ONNX Runtime makes of a file that is being written, on the processor.</summary>
internal static class RuntimeRun
{
    /// <summary>One run for each tuple of inputs, which are contiguous; the first output of each, a new tensor.</summary>
    public static Tensor[] Of(byte[] model, IEnumerable<Tensor[]> inputs)
    {
        try
        {
            using var session = new InferenceSession(model);
            return [.. inputs.Select(given => Of(session, given))];
        }
        catch (OnnxRuntimeException wrong)
        {
            throw new OnnxExportException($"ONNX Runtime does not run what is written: {wrong.Message}", wrong);
        }
    }

    private static Tensor Of(InferenceSession session, Tensor[] given)
    {
        using var shared = new SharedTensors(given);
        using var options = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(options, session.InputNames, shared.Values, session.OutputNames);
        OrtTensorTypeAndShapeInfo type = outputs[0].GetTensorTypeAndShape();
        if (!ElementTypes.Has(type.ElementDataType))
        {
            throw new OnnxExportException($"'{session.OutputNames[0]}' is of {type.ElementDataType}, which is no type of tensors.");
        }

        Tensor output = torch.empty(type.Shape, ElementTypes.Of(type.ElementDataType));
        outputs[0].GetTensorMutableRawData().CopyTo(output.bytes);
        return output;
    }
}
