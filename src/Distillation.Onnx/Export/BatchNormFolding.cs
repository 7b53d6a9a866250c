using System.Runtime.InteropServices;
using Distillation.Onnx.Format;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace Distillation.Onnx;

/// <summary>Takes batch normalizations into the convolutions before them: with s = γ / √(σ² + ε) the weights become s W, and the bias s (b − μ) + β.</summary>
internal sealed class BatchNormFolding
{
    // The default of ONNX.
    private const float Epsilon = 1e-5f;

    private readonly GraphProto _graph;
    private readonly Dictionary<string, TensorProto> _constants;
    private readonly Dictionary<string, string[]> _folded = [];

    private BatchNormFolding(GraphProto graph)
    {
        _graph = graph;
        _constants = graph.Initializer.ToDictionary(constant => constant.Name);
    }

    public static void Apply(GraphProto graph) => new BatchNormFolding(graph).Apply();

    private void Apply()
    {
        Dictionary<string, NodeProto> makers = _graph.Node.ToDictionary(node => node.Output[0]);
        ILookup<string, string> readers = _graph.Node.SelectMany(node => node.Input).Concat(_graph.Output.Select(output => output.Name)).ToLookup(name => name);
        foreach (NodeProto norm in _graph.Node.Where(node => node.OpType == "BatchNormalization").ToArray())
        {
            // What another operator reads as well must stay as it is, and so must what a module computes.
            if (makers.TryGetValue(norm.Input[0], out NodeProto? convolution) && convolution.OpType == "Conv" && readers[norm.Input[0]].Count() == 1
                && convolution.Input.Concat(norm.Input).Except([convolution.Input[0], norm.Input[0]]).All(_constants.ContainsKey))
            {
                Fold(convolution, norm);
            }
        }

        HashSet<string> read = [.. _graph.Node.SelectMany(node => node.Input)];
        TensorProto[] kept = [.. _graph.Initializer.Where(constant => read.Contains(constant.Name))];
        _graph.Initializer.Clear();
        _graph.Initializer.Add(kept);
    }

    private void Fold(NodeProto convolution, NodeProto norm)
    {
        float epsilon = norm.Attribute.FirstOrDefault(attribute => attribute.Name == "epsilon")?.F ?? Epsilon;

        // A pair of layers that is called twice has its weights once.
        string pair = FormattableString.Invariant($"{string.Join('\n', convolution.Input.Skip(1).Concat(norm.Input.Skip(1)))}\n{epsilon}");
        if (!_folded.TryGetValue(pair, out string[]? names))
        {
            names = _folded[pair] = Fold(convolution, norm, epsilon);
        }

        string input = convolution.Input[0];
        convolution.Input.Clear();
        convolution.Input.Add([input, .. names]);
        convolution.Output[0] = norm.Output[0];
        _graph.Node.Remove(norm);
    }

    private string[] Fold(NodeProto convolution, NodeProto norm, float epsilon)
    {
        float[][] known = [.. norm.Input.Skip(1).Select(Values)];
        (float[] gamma, float[] beta, float[] mean, float[] variance) = (known[0], known[1], known[2], known[3]);
        double[] scale = [.. gamma.Zip(variance, (factor, spread) => factor / Math.Sqrt(spread + (double)epsilon))];
        float[] old = Values(convolution.Input[1]);
        int each = old.Length / scale.Length;
        float[] bias = convolution.Input.Count > 2 ? Values(convolution.Input[2]) : new float[scale.Length];
        return
        [
            Add(
                $"{convolution.Name}.folded_weight",
                _constants[convolution.Input[1]].Dims,
                [.. old.Select((value, index) => (float)(value * scale[index / each]))]),
            Add(
                $"{convolution.Name}.folded_bias",
                [scale.Length],
                [.. bias.Select((value, index) => (float)(((value - (double)mean[index]) * scale[index]) + beta[index]))]),
        ];
    }

    private string Add(string name, RepeatedField<long> shape, float[] values)
    {
        _graph.Initializer.Add(new TensorProto
        {
            Name = name,
            DataType = (int)TensorProto.Types.DataType.Float,
            Dims = { shape },
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(values)),
        });
        return name;
    }

    private float[] Values(string constant) => MemoryMarshal.Cast<byte, float>(_constants[constant].RawData.Span).ToArray();
}
