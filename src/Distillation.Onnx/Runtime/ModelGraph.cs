using System.Text;
using Distillation.Onnx.Format;

namespace Distillation.Onnx;

/// <summary>The operators of a model, as far as a teacher has to know them: from what its outputs come, and which compute as in training.</summary>
/// <remarks>The numbers of fields are those of onnx.proto3. Weights are stepped over.</remarks>
internal sealed class ModelGraph
{
    // Operators that give the values that they get, in another shape, order or type.
    private static readonly HashSet<string> Passing =
    [
        "Identity", "Cast", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Clip", "Dropout", "Concat", "Slice", "Gather", "QuantizeLinear",
        "DequantizeLinear",
    ];

    // Those whose attribute post_transform ONNX Runtime heeds; of regressions it does not always.
    private static readonly HashSet<string> Transforming = ["LinearClassifier", "SVMClassifier", "TreeEnsembleClassifier"];

    private readonly Dictionary<string, Node> _makers = [];
    private readonly Dictionary<string, ArraySegment<byte>> _constants = [];
    private readonly List<Node> _all = [];

    /// <exception cref="Google.Protobuf.InvalidProtocolBufferException">The bytes are no message.</exception>
    public ModelGraph(byte[] model)
    {
        ArraySegment<byte>[] graphs = [.. ModelFields.Inner(model, ModelFields.ModelGraph)];
        foreach (Node node in graphs.SelectMany(graph => ModelFields.Inner(graph, 1)).Select(Node.Read))
        {
            foreach (string output in node.Outputs)
            {
                _makers[output] = node;
            }
        }

        foreach (ArraySegment<byte> nodes in graphs.SelectMany(graph => ModelFields.Inner(graph, 1))
            .Concat(ModelFields.Inner(model, 25).SelectMany(function => ModelFields.Inner(function, 7))))
        {
            Collect(nodes);
        }

        foreach (ArraySegment<byte> graph in graphs)
        {
            CollectConstants(graph);
        }
    }

    /// <summary>What computes as in training, for a message; nothing where all computes as in evaluation.</summary>
    public string? InTraining() => _all.Select(node => (node.Type, node.Name) switch
    {
        ("Dropout", var name) when node.Inputs.Length > 2 && _constants.TryGetValue(node.Inputs[2], out ArraySegment<byte> flag) && IsTrue(flag) =>
            $"Dropout '{name}' drops other values at each call",
        ("BatchNormalization", var name) when node.Attribute("training_mode") is { } mode
            && AttributeProto.Parser.ParseFrom(mode.Array, mode.Offset, mode.Count).I != 0 =>
            $"BatchNormalization '{name}' normalizes with the statistics of each batch",
        _ => null,
    }).FirstOrDefault(text => text is not null);

    /// <summary>Whether the numbers of an output come from a sigmoid, in whatever shape and order.</summary>
    public bool EndsInSigmoid(string output)
    {
        var seen = new HashSet<string>();
        var left = new Stack<string>([output]);
        while (left.TryPop(out string? value))
        {
            if (!seen.Add(value) || !_makers.TryGetValue(value, out Node? node))
            {
                continue;
            }

            if (node.Type is "Sigmoid" or "QLinearSigmoid" || (Transforming.Contains(node.Type)
                && node.Attribute("post_transform") is { } transform
                && ModelFields.Inner(transform, 4).Any(text => text.AsSpan().SequenceEqual("LOGISTIC"u8))))
            {
                return true;
            }

            foreach (string input in Passing.Contains(node.Type)
                ? node.Inputs[..(node.Type == "Concat" ? node.Inputs.Length : Math.Min(1, node.Inputs.Length))]
                : [])
            {
                left.Push(input);
            }
        }

        return false;
    }

    // With the graphs within: branches and bodies of loops.
    private void Collect(ArraySegment<byte> content)
    {
        Node node = Node.Read(content);
        _all.Add(node);
        if (node.Type == "Constant" && node.Outputs is [var name] && node.Attribute("value") is { } value)
        {
            _constants[name] = ModelFields.Inner(value, 5).FirstOrDefault();
        }

        foreach (ArraySegment<byte> graph in node.Attributes.SelectMany(attribute => ModelFields.Inner(attribute, 6).Concat(ModelFields.Inner(attribute, 11))))
        {
            foreach (ArraySegment<byte> inner in ModelFields.Inner(graph, 1))
            {
                Collect(inner);
            }

            CollectConstants(graph);
        }
    }

    private void CollectConstants(ArraySegment<byte> graph)
    {
        foreach (ArraySegment<byte> tensor in ModelFields.Inner(graph, 5))
        {
            _constants[Text(ModelFields.Inner(tensor, 8).FirstOrDefault())] = tensor;
        }
    }

    // One truth value, in raw_data or in int32_data.
    private static bool IsTrue(ArraySegment<byte> tensor) =>
        ModelFields.Inner(tensor, 9).Concat(ModelFields.Inner(tensor, 5)).Any(data => data.AsSpan().IndexOfAnyExcept((byte)0) >= 0);

    private static string Text(ArraySegment<byte> bytes) => Encoding.UTF8.GetString(bytes.AsSpan());

    private sealed record Node(string Name, string Type, string[] Inputs, string[] Outputs, ArraySegment<byte>[] Attributes)
    {
        public static Node Read(ArraySegment<byte> content)
        {
            ILookup<int, ArraySegment<byte>> fields = ModelFields.Fields(content).ToLookup(one => one.Field, one => one.Content);
            return new Node(
                Text(fields[3].LastOrDefault()), Text(fields[4].LastOrDefault()), [.. fields[1].Select(Text)], [.. fields[2].Select(Text)], [.. fields[5]]);
        }

        public ArraySegment<byte>? Attribute(string name)
        {
            byte[] wanted = Encoding.UTF8.GetBytes(name);
            int place = Array.FindIndex(Attributes, attribute => ModelFields.Inner(attribute, 1).Any(own => own.AsSpan().SequenceEqual(wanted)));
            return place < 0 ? (ArraySegment<byte>?)null : Attributes[place];
        }
    }
}
