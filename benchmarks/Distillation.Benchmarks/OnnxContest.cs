using System.Runtime.InteropServices;
using Distillation.Onnx;
using Microsoft.ML.OnnxRuntime;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Benchmarks;

/// <summary>
/// What a student says of a batch, from an array of numbers to an array of probabilities: its exported file in ONNX Runtime, and its module in TorchSharp. One
/// thread each.
/// </summary>
public sealed class OnnxContest : IDisposable
{
    private readonly string _path = Path.GetTempFileName();
    private readonly Sequential _network;
    private readonly InferenceSession _session;
    private readonly long[] _shape;
    private readonly float[] _inputs;
    private readonly Tensor _memory;
    private readonly float[] _probabilities;

    public OnnxContest(string student, int batch)
    {
        torch.manual_seed(1);
        (Func<Sequential> network, long[] sample) = Students[student];
        _network = network();
        _network.eval();
        FileBytes = OnnxExport.Write(_network, _path, sample, new() { Softmax = true }).Bytes;
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        _session = new InferenceSession(_path, options);
        _shape = [batch, .. sample];
        _memory = torch.rand(_shape);
        _inputs = _memory.data<float>().ToArray();
        _probabilities = new float[batch * 10];
    }

    /// <summary>Gets the students, each with the shape of a sample.</summary>
    public static IReadOnlyDictionary<string, (Func<Sequential> Network, long[] Sample)> Students { get; } =
        new Dictionary<string, (Func<Sequential> Network, long[] Sample)>
        {
            ["784-64-10"] = (() => Networks.Of(Size.Small).Student, [784]),
            ["two convolutions with batch normalization, a linear layer"] = (Convolutions, [1, 28, 28]),
        };

    public long FileBytes { get; }

    public void OnnxRuntime()
    {
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(_inputs, _shape);
        using var options = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(options, _session.InputNames, [input], _session.OutputNames);
        outputs[0].GetTensorDataAsSpan<float>().CopyTo(_probabilities);
    }

    public void TorchSharp()
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        _inputs.CopyTo(MemoryMarshal.Cast<byte, float>(_memory.bytes)); // Quicker than a new tensor of the array.
        _network.call(_memory.alias()).softmax(1).data<float>().CopyTo(_probabilities);
    }

    public void Dispose()
    {
        _session.Dispose();
        _network.Dispose();
        _memory.Dispose();
        File.Delete(_path);
    }

    private static Sequential Convolutions() => Sequential(
        Conv2d(1, 16, 3, padding: 1),
        BatchNorm2d(16),
        ReLU(),
        MaxPool2d(2),
        Conv2d(16, 32, 3, padding: 1),
        BatchNorm2d(32),
        ReLU(),
        MaxPool2d(2),
        Flatten(),
        Linear(32 * 7 * 7, 10));
}
