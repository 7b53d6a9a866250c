using Microsoft.ML.OnnxRuntime;

namespace Distillation.Onnx.Tests.Export;

/// <summary>A file in a directory that goes with it, and what ONNX Runtime makes of it.</summary>
internal sealed class ExportedFile : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("distillation-onnx-");

    public string Path => System.IO.Path.Combine(_directory.FullName, "model.onnx");

    public string[] All => [.. _directory.GetFiles().Select(file => file.Name)];

    public InferenceSession Open() => new(Path);

    public (long[] Shape, float[] Values) Run(Tensor input)
    {
        using InferenceSession session = Open();
        using OrtValue value = input.dtype == torch.ScalarType.Int64
            ? OrtValue.CreateTensorValueFromMemory(input.data<long>().ToArray(), input.shape)
            : OrtValue.CreateTensorValueFromMemory(input.data<float>().ToArray(), input.shape);
        using var options = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(options, session.InputNames, [value], session.OutputNames);
        return (outputs[0].GetTensorTypeAndShape().Shape, outputs[0].GetTensorDataAsSpan<float>().ToArray());
    }

    /// <summary>The largest difference to what a module gives.</summary>
    public double Error(torch.nn.Module<Tensor, Tensor> module, Tensor input)
    {
        module.eval();
        using Tensor expected = module.call(input.clone()).detach();
        (long[] shape, float[] values) = Run(input);
        shape.Should().Equal(expected.shape);
        return expected.contiguous().data<float>().ToArray().Zip(values, (left, right) => (double)Math.Abs(left - right)).Aggregate(0.0, double.Max);
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
