using System.Runtime.InteropServices;
using Distillation.Onnx.Format;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace Distillation.Onnx;

/// <summary>Takes batch normalisations into the convolutions before them: with s = γ / √(σ² + ε) the weights become s W, and the bias s (b − μ) + β.</summary>
internal static class BatchNormFolding
{
    public static void Apply(GraphProto graph)
    {
        Dictionary<string, TensorProto> constants = graph.Initializer.ToDictionary(constant => constant.Name);
        ILookup<string, NodeProto> readers = graph.Node.SelectMany(node => node.Input.Select(input => (input, node))).ToLookup(pair => pair.input, pair => pair.node);
        Dictionary<string, NodeProto> makers = graph.Node.ToDictionary(node => node.Output[0]);
        foreach (NodeProto norm in graph.Node.Where(node => node.OpType == "BatchNormalization").ToArray())
        {
            // What another operator reads as well must stay as it is.
            if (makers.TryGetValue(norm.Input[0], out NodeProto? convolution) && convolution.OpType == "Conv" && readers[norm.Input[0]].Count() == 1)
            {
                Fold(graph, constants, convolution, norm);
            }
        }

        HashSet<string> read = [.. graph.Node.SelectMany(node => node.Input)];
        foreach (TensorProto unread in graph.Initializer.Where(constant => !read.Contains(constant.Name)).ToArray())
        {
            graph.Initializer.Remove(unread);
        }
    }

    private static void Fold(GraphProto graph, Dictionary<string, TensorProto> constants, NodeProto convolution, NodeProto norm)
    {
        float[][] known = [.. norm.Input.Skip(1).Select(name => Values(constants[name]))];
        (float[] gamma, float[] beta, float[] mean, float[] variance) = (known[0], known[1], known[2], known[3]);
        double epsilon = norm.Attribute.Single(attribute => attribute.Name == "epsilon").F;
        double[] scale = [.. gamma.Zip(variance, (factor, spread) => factor / Math.Sqrt(spread + epsilon))];

        TensorProto weight = constants[convolution.Input[1]];
        float[] old = Values(weight);
        int each = old.Length / scale.Length;
        float[] bias = convolution.Input.Count > 2 ? Values(constants[convolution.Input[2]]) : new float[scale.Length];
        string weightName = $"{convolution.Name}.folded_weight";
        string biasName = $"{convolution.Name}.folded_bias";
        Add(graph, weightName, weight.Dims, [.. old.Select((value, index) => (float)(value * scale[index / each]))]);
        Add(graph, biasName, [scale.Length], [.. bias.Select((value, index) => (float)(((value - (double)mean[index]) * scale[index]) + beta[index]))]);

        string input = convolution.Input[0];
        convolution.Input.Clear();
        convolution.Input.Add([input, weightName, biasName]);
        convolution.Output[0] = norm.Output[0];
        graph.Node.Remove(norm);
    }

    private static void Add(GraphProto graph, string name, RepeatedField<long> shape, float[] values) =>
        graph.Initializer.Add(new TensorProto { Name = name, DataType = (int)TensorProto.Types.DataType.Float, Dims = { shape }, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(values)) });

    private static float[] Values(TensorProto constant) => MemoryMarshal.Cast<byte, float>(constant.RawData.Span).ToArray();
}
