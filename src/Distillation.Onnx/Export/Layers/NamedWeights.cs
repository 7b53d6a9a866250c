namespace Distillation.Onnx.Layers;

/// <summary>The weights of a module that TorchSharp does not let one look into. Those of a part of it begin with the name of the part.</summary>
internal sealed class NamedWeights
{
    private readonly Dictionary<string, Tensor> _all;
    private readonly string _prefix;

    private NamedWeights(Dictionary<string, Tensor> all, string prefix)
    {
        _all = all;
        _prefix = prefix;
    }

    public Tensor this[string name] => _all[_prefix + name];

    public static NamedWeights Of(torch.nn.Module module) => new(module.named_parameters().ToDictionary(one => one.name, one => (Tensor)one.parameter), "");

    public bool Has(string name) => _all.ContainsKey(_prefix + name);

    public NamedWeights Part(string name) => new(_all, $"{_prefix}{name}.");

    /// <summary>The parts "layers.0", "layers.1", and so on.</summary>
    public IEnumerable<NamedWeights> Layers() =>
        Enumerable.Range(0, int.MaxValue).Select(index => Part($"layers.{index}")).TakeWhile(layer => layer.Has("norm1.weight"));

    public OnnxValue Constant(OnnxGraph graph, string name) => Constant(graph, name, this[name]);

    /// <summary>A constant that is made of the weights.</summary>
    public OnnxValue Constant(OnnxGraph graph, string name, Tensor values) => graph.Constant(_prefix + name, values);
}
