using Distillation.Onnx.Format;
using Google.Protobuf;

namespace Distillation.Onnx;

/// <summary>Changes that options make to a model before it is loaded: another shape of its input, and an inner value as its end.</summary>
internal static class ModelGraphChanges
{
    /// <summary>Returns the model with the changes; the same bytes where there are none.</summary>
    /// <exception cref="ArgumentException">The model has several inputs, so that one shape is not enough.</exception>
    /// <exception cref="InvalidProtocolBufferException">The bytes are no message.</exception>
    public static byte[] Apply(byte[] bytes, OnnxTeacherOptions options)
    {
        bool cut = options.Output is { } name && options.InnerValues.Contains(name);
        if (options.InputShape is null && !cut)
        {
            return bytes;
        }

        ModelProto model = ModelProto.Parser.ParseFrom(bytes);
        if (cut)
        {
            Cut(model.Graph, options.InnerValues);
        }

        if (options.InputShape is { } shape)
        {
            Reshape(model.Graph, shape, options);
        }

        return model.ToByteArray();
    }

    // ONNX Runtime runs operators whose outputs nothing reads, too. Operators are in an order in which each finds its inputs computed.
    private static void Cut(GraphProto graph, FeatureSet innerValues)
    {
        ValueInfoProto[] kept = [.. graph.Output.Where(output => innerValues.Contains(output.Name))];
        graph.Output.Clear();
        graph.Output.AddRange(kept);
        HashSet<string> needed = [.. kept.Select(output => output.Name)];
        for (int number = graph.Node.Count - 1; number >= 0; number--)
        {
            NodeProto node = graph.Node[number];
            if (node.Output.Any(needed.Contains))
            {
                needed.UnionWith(InputsOf(node));
            }
            else
            {
                graph.Node.RemoveAt(number);
            }
        }

        RemoveWeights(graph, name => !needed.Contains(name));
    }

    // Before version 4 of the format, weights are inputs too.
    private static void RemoveWeights(GraphProto graph, Func<string, bool> unused)
    {
        HashSet<string> names = [.. graph.Initializer.Select(weight => weight.Name).Where(unused)];
        TensorProto[] weights = [.. graph.Initializer.Where(weight => !names.Contains(weight.Name))];
        ValueInfoProto[] inputs = [.. graph.Input.Where(input => !names.Contains(input.Name))];
        graph.Initializer.Clear();
        graph.Initializer.AddRange(weights);
        graph.Input.Clear();
        graph.Input.AddRange(inputs);
    }

    // With the values that graphs within the operator take from around it.
    private static IEnumerable<string> InputsOf(NodeProto node) => node.Input.Concat(
        node.Attribute.SelectMany(attribute => attribute.G is null ? attribute.Graphs : attribute.Graphs.Append(attribute.G))
            .SelectMany(inner => inner.Node.SelectMany(InputsOf).Concat(inner.Output.Select(output => output.Name))));

    private static void Reshape(GraphProto graph, IReadOnlyList<long> sizes, OnnxTeacherOptions options)
    {
        HashSet<string> weights = [.. graph.Initializer.Select(weight => weight.Name)];
        ValueInfoProto[] inputs = [.. graph.Input.Where(input => !weights.Contains(input.Name))];
        if (inputs is not [var input] || input.Type?.TensorType is not { } tensor)
        {
            throw new ArgumentException(
                $"{nameof(OnnxTeacherOptions.InputShape)} is for a model with one input, a tensor, but the model has: "
                + $"{string.Join(", ", inputs.Select(one => $"'{one.Name}'"))}.",
                nameof(options));
        }

        tensor.Shape = new TensorShapeProto();
        tensor.Shape.Dim.AddRange(sizes.Select((size, axis) => size > 0
            ? new TensorShapeProto.Types.Dimension { DimValue = size }
            : new TensorShapeProto.Types.Dimension { DimParam = FormattableString.Invariant($"axis{axis}") }));
        graph.ValueInfo.Clear();
        foreach (ValueInfoProto output in graph.Output)
        {
            if (output.Type?.TensorType is { } declared)
            {
                declared.Shape = null;
            }
        }
    }
}
