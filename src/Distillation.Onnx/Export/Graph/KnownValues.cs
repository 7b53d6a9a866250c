using Distillation.Onnx.Format;
using Google.Protobuf;

namespace Distillation.Onnx;

/// <summary>
/// What values of a graph are for the examples. ONNX Runtime computes a value from those that are known already, so that a large graph is not run anew for
/// each.
/// </summary>
/// <param name="graph">The graph.</param>
/// <param name="input">The name of its input.</param>
/// <param name="examples">What the input is.</param>
internal sealed class KnownValues(GraphProto graph, string input, IEnumerable<Example> examples) : IDisposable
{
    private readonly Dictionary<string, Tensor[]> _known = new() { [input] = [.. examples.Select(example => example.Input.alias().DetachFromDisposeScope())] };

    /// <returns>A tensor for each example.</returns>
    /// <exception cref="OnnxExportException">ONNX Runtime does not run the graph.</exception>
    public Tensor[] Of(string value) => _known.TryGetValue(value, out Tensor[]? known) ? known : _known[value] = Compute(value);

    // The scope in which a shape is computed may end before the export.
    public void Dispose()
    {
        foreach (Tensor value in _known.Values.SelectMany(values => values))
        {
            value.Dispose();
        }
    }

    private Tensor[] Compute(string value)
    {
        HashSet<string> needed = NeededFor(value);
        string[] given = [.. needed.Where(_known.ContainsKey)];
        var part = new GraphProto
        {
            Name = value,
            Input =
            {
                given.Select(name =>
                    new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new() { ElemType = (int)ElementTypes.Of(_known[name][0].dtype) } } }),
            },
            Node = { graph.Node.Where(node => needed.Contains(node.Output[0]) && !_known.ContainsKey(node.Output[0])) },
            Initializer = { graph.Initializer.Where(constant => needed.Contains(constant.Name)) },
            Output = { new ValueInfoProto { Name = value } },
        };
        IEnumerable<Tensor[]> inputs = Enumerable.Range(0, _known[input].Length).Select(example => given.Select(name => _known[name][example]).ToArray());
        return [.. RuntimeRun.Of(OnnxGraph.ModelOf(part).ToByteArray(), inputs).Select(output => output.DetachFromDisposeScope())];
    }

    // Back from the value to what is known, and to constants.
    private HashSet<string> NeededFor(string value)
    {
        Dictionary<string, NodeProto> makers = graph.Node.ToDictionary(node => node.Output[0]);
        var needed = new HashSet<string>();
        var open = new Stack<string>([value]);
        while (open.TryPop(out string? name))
        {
            if (needed.Add(name) && !_known.ContainsKey(name) && makers.TryGetValue(name, out NodeProto? maker))
            {
                foreach (string source in maker.Input)
                {
                    open.Push(source);
                }
            }
        }

        return needed;
    }
}
