using System.Runtime.InteropServices;
using Distillation.Onnx.Format;

namespace Distillation.Onnx;

/// <summary>The ONNX graph that is being written, of operators of opset 17.</summary>
public sealed class OnnxGraph
{
    private readonly GraphProto _graph;
    private readonly Example[] _examples;
    private readonly Dictionary<torch.nn.Module, string> _paths;
    private readonly Dictionary<string, int> _names = [];
    private readonly List<string> _refusals = [];
    private readonly GraphConstants _constants;
    private readonly GraphNames _outer;
    private readonly ModuleWriter _write;
    private string _path = "";

    internal OnnxGraph(torch.nn.Module module, Example[] examples, GraphNames names, ModuleWriter write)
    {
        _paths = module.named_modules().DistinctBy(layer => layer.module).ToDictionary(layer => layer.module, layer => layer.name);
        _paths[module] = "";
        _examples = examples;
        _outer = names;
        _write = write;
        Input = new OnnxValue(Unused(names.Input));
        _ = Unused(names.Output);
        _graph = new GraphProto { Name = module.GetName(), Input = { Example.Describe(examples, names with { Input = Input.Name }) } };
        _constants = new GraphConstants(_graph.Initializer);
        Known = new KnownValues(_graph, Input.Name, examples);
    }

    internal OnnxValue Input { get; }

    /// <summary>Gets the values that have been computed of the graph; the exporter disposes them.</summary>
    internal KnownValues Known { get; }

    internal IReadOnlyList<string> Refusals => _refusals;

    internal int LayerCount { get; private set; }

    /// <summary>Writes a layer, or a module with layers.</summary>
    /// <param name="module">
    /// A module that <see cref="OnnxExportOptions.Layers"/> has an entry for, an <see cref="IOnnxExportable"/>, a layer of TorchSharp that can be exported,
    /// a <c>Sequential</c> of such, or a model of <c>torchvision.models</c>.
    /// </param>
    /// <param name="input">Its input.</param>
    /// <returns>Its output.</returns>
    public OnnxValue Call(torch.nn.Module<Tensor, Tensor> module, OnnxValue input) => Within(module, [input], () => _write(this, module, input));

    /// <summary>Adds an operator.</summary>
    /// <param name="operation">Its name in the ONNX standard, such as <c>Add</c> or <c>Concat</c>; opset 17.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="attributes">Its settings, by name; those that are left out have the default of the standard.</param>
    /// <returns>Its first output.</returns>
    public OnnxValue Apply(string operation, IReadOnlyList<OnnxValue> inputs, params ReadOnlySpan<(string Name, OnnxSetting Value)> attributes)
    {
        string name = Unused(Named(Require.Text(operation)));
        var node = new NodeProto { Name = name, OpType = operation, Input = { Require.Present(inputs).Select(input => input.Name) }, Output = { name } };
        foreach ((string attribute, OnnxSetting value) in attributes)
        {
            node.Attribute.Add(value.Named(attribute));
        }

        _graph.Node.Add(node);
        return new OnnxValue(name);
    }

    /// <summary>Adds a constant.</summary>
    /// <param name="values">The values; of float32, int64 or bool.</param>
    /// <returns>The constant.</returns>
    /// <exception cref="OnnxExportException">The values have another data type, or the constants of the graph are too many for one file, 2 GB.</exception>
    public OnnxValue Constant(Tensor values) => Constant("constant", values);

    /// <summary>Returns the shape of a value: ONNX Runtime runs the graph as far as it is written.</summary>
    /// <param name="value">The value.</param>
    /// <returns>Its sizes; −1 where the size follows the batch.</returns>
    /// <exception cref="OnnxExportException">A layer before cannot be exported, or ONNX Runtime does not run the graph.</exception>
    public IReadOnlyList<long> ShapeOf(OnnxValue value)
    {
        Require.Present(value);
        if (_refusals.Count > 0)
        {
            throw new OnnxExportException("the size of its input is not known, because a layer before it cannot be exported.");
        }

        Tensor[] runs = Known.Of(value.Name);
        return [.. runs[0].shape.Zip(runs[1].shape, (one, other) => one == other ? one : -1)];
    }

    /// <summary>A parameter of the layer that is being written; it keeps its name.</summary>
    internal OnnxValue Constant(string name, Tensor values)
    {
        TensorProto.Types.DataType type = values.dtype switch
        {
            torch.ScalarType.Float32 => TensorProto.Types.DataType.Float,
            torch.ScalarType.Int64 => TensorProto.Types.DataType.Int64,
            torch.ScalarType.Bool => TensorProto.Types.DataType.Bool,
            _ => throw new OnnxExportException($"'{name}' must be of float32, int64 or bool, but is of {values.dtype}."),
        };
        using Tensor plain = values.detach().cpu().contiguous();
        return Add(name, type, plain.shape, plain.bytes);
    }

    internal OnnxValue Number(double value) => Add("number", TensorProto.Types.DataType.Float, [], MemoryMarshal.AsBytes([(float)value]));

    internal OnnxValue Integers(params ReadOnlySpan<long> values) =>
        Add("integers", TensorProto.Types.DataType.Int64, [values.Length], MemoryMarshal.AsBytes(values));

    /// <summary>The graph with its last value as the output.</summary>
    internal ModelProto Finish(OnnxValue last)
    {
        NodeProto? maker = _graph.Node.FirstOrDefault(node => node.Output[0] == last.Name);
        if (maker is null)
        {
            // The input itself, or a constant: only an operator can give the output its name.
            _graph.Node.Add(new NodeProto { Name = Unused("Identity"), OpType = "Identity", Input = { last.Name }, Output = { _outer.Output } });
        }
        else
        {
            maker.Output[0] = _outer.Output;
            foreach (NodeProto node in _graph.Node)
            {
                for (int index = 0; index < node.Input.Count; index++)
                {
                    node.Input[index] = node.Input[index] == last.Name ? _outer.Output : node.Input[index];
                }
            }
        }

        _graph.Output.Add(Example.DescribeOutput(_examples, _outer));
        return ModelOf(_graph);
    }

    internal static ModelProto ModelOf(GraphProto graph) => new()
    {
        IrVersion = 8,
        OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 17 } },
        ProducerName = nameof(Distillation),
        ProducerVersion = typeof(OnnxGraph).Assembly.GetName().Version?.ToString(3) ?? "",
        Graph = graph,
    };

    internal OnnxValue Within(torch.nn.Module module, OnnxValue[] inputs, Func<OnnxValue> write)
    {
        Require.Present(module);
        foreach (OnnxValue input in inputs)
        {
            Require.Present(input);
        }

        string outer = _path;
        _path = _paths.GetValueOrDefault(module, module.GetType().Name);
        try
        {
            return write();
        }
        catch (OnnxExportException refusal)
        {
            // The walk goes on, so that one message names all that cannot be exported.
            _refusals.Add($"{(_path.Length == 0 ? "the module itself" : _path)} ({module.GetType().Name}): {refusal.Message}");
            return inputs[0];
        }
        finally
        {
            _path = outer;
        }
    }

    internal OnnxValue Layer(Func<OnnxValue> write)
    {
        LayerCount++;
        return write();
    }

    private OnnxValue Add(string name, TensorProto.Types.DataType type, ReadOnlySpan<long> shape, ReadOnlySpan<byte> bytes) =>
        new(_constants.Add(() => Unused(Named(name)), type, shape, bytes));

    private string Named(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    private string Unused(string name)
    {
        // "a", "a_2", "a_3"; a layer may be called "a_2" itself.
        int count = _names[name] = _names.GetValueOrDefault(name) + 1;
        return count == 1 ? name : Unused($"{name}_{count}");
    }
}
