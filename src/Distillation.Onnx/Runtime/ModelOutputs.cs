namespace Distillation.Onnx;

/// <summary>What a model outputs: which output has the logits, and which can be inner layers.</summary>
internal sealed class ModelOutputs
{
    private readonly Dictionary<string, ModelNode> _nodes;

    public ModelOutputs(ModelNode[] nodes, OnnxTeacherOptions options)
    {
        _nodes = nodes.ToDictionary(node => node.Name);
        Logits = (options.Output is null
            ? nodes.FirstOrDefault(node => node.IsMaps || (node.IsReals && node.Sizes.Length != 1)) ?? nodes.FirstOrDefault(node => node.IsReals)
            : _nodes.GetValueOrDefault(options.Output))
            ?? throw new ArgumentException(
                $"The model has no output {(options.Output is null ? "of numbers with a column for each class" : $"'{options.Output}'")}. "
                + $"It has: {string.Join(", ", nodes.AsEnumerable())}.",
                nameof(options));
        if (!Logits.IsMaps && !Logits.IsNumbers)
        {
            throw new NotSupportedException($"The model's output {Logits} is of a type that no tensor has.");
        }

        Layers = [.. nodes.Where(node => node.IsReals && (node != Logits || options.InnerValues.Contains(node.Name))).Select(node => new Feature(node.Name))];
    }

    public ModelNode Logits { get; }

    public Feature[] Layers { get; }

    public ModelNode Layer(Feature feature) =>
        Layers.Contains(feature)
            ? _nodes[feature.Path]
            : throw new ArgumentException(
                $"The model has no layer '{feature}'. It has: {(Layers.Length == 0 ? "the logits alone" : string.Join(", ", Layers))}. "
                + $"Other values of its graph are named in {nameof(OnnxTeacherOptions)}.{nameof(OnnxTeacherOptions.InnerValues)}.", nameof(feature));
}
