namespace Distillation.Onnx.Layers.TorchVision;

/// <summary>The children of a module whose class is not to be seen, by their names.</summary>
internal sealed class Parts(OnnxGraph graph, torch.nn.Module module)
{
    private readonly Dictionary<string, torch.nn.Module> _children = module.named_children().ToDictionary(child => child.name, child => child.module);

    public bool Has(string name) => _children.ContainsKey(name);

    public torch.nn.Module<Tensor, Tensor> Of(string name) =>
        _children.GetValueOrDefault(name) as torch.nn.Module<Tensor, Tensor>
        ?? throw new OnnxExportException(
            $"in TorchVision 0.107 it has a part '{name}' of one tensor to one tensor, but this one has the parts {string.Join(", ", _children.Keys)}.");

    /// <summary>One part after the other.</summary>
    public OnnxValue Call(OnnxValue input, params IEnumerable<string> names) => names.Aggregate(input, (value, name) => graph.Call(Of(name), value));
}
