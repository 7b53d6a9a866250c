namespace Distillation.Onnx;

/// <summary>What a model takes: found in a batch, checked, and brought to the types that it declares.</summary>
internal sealed class ModelInputs
{
    private readonly ModelNode[] _nodes;
    private readonly Func<Batch, IReadOnlyDictionary<string, Tensor>> _find;

    public ModelInputs(ModelNode[] nodes, OnnxTeacherOptions options)
    {
        (_nodes, Names) = (nodes, [.. nodes.Select(node => node.Name)]);
        if (nodes.FirstOrDefault(node => !node.IsNumbers) is { } other)
        {
            throw new NotSupportedException($"The model's input {other} is of a type that no tensor has.");
        }

        if (options.Inputs is null && nodes.Length != 1)
        {
            throw new ArgumentException(
                $"The model has {nodes.Length} inputs: {string.Join(", ", nodes.AsEnumerable())}. "
                + $"{nameof(OnnxTeacherOptions)}.{nameof(OnnxTeacherOptions.WithInputs)} maps each to a tensor of a batch.",
                nameof(options));
        }

        _find = options.Inputs ?? (batch => new Dictionary<string, Tensor> { [nodes[0].Name] = batch.Inputs });
        int[] first = [.. nodes.Select(node => node.Sizes.FirstOrDefault(-1)).Distinct()];
        Together = first is [> 0] ? first[0] : null;
    }

    public string[] Names { get; }

    /// <summary>
    /// How many samples the model takes at once; <see langword="null"/> where it takes any number, or where not all inputs have a row for each sample.
    /// </summary>
    public long? Together { get; }

    /// <summary>The name of the axis of samples.</summary>
    public string? FirstAxis => _nodes[0].FirstAxis;

    /// <summary>The tensors in the order of the names: on the processor, contiguous, in the types of the model.</summary>
    public Tensor[] In(Batch batch)
    {
        IReadOnlyDictionary<string, Tensor> given = _find(batch);
        if (given.Count != Names.Length || !Names.All(given.ContainsKey))
        {
            throw new ArgumentException(
                $"The model takes the inputs {string.Join(", ", _nodes.AsEnumerable())}, but was given '{string.Join("', '", given.Keys)}'.", nameof(batch));
        }

        return [.. _nodes.Select(node => Fitting(node, given[node.Name], batch))];
    }

    private Tensor Fitting(ModelNode node, Tensor tensor, Batch batch)
    {
        long[] shape = tensor.shape;
        int[] sizes = node.Sizes;
        bool fits = sizes.Length == 0
            || (shape.Length == sizes.Length && shape.Zip(sizes).Skip(Together is null ? 0 : 1).All(axis => axis.Second < 0 || axis.First == axis.Second));
        if (!fits || (Together is not null && shape[0] != batch.Count))
        {
            throw new ArgumentException($"The model's input {node} was given {Shapes.Of(tensor)} in a batch of {batch.Count} samples.", nameof(batch));
        }

        Tensor near = tensor.to(torch.CPU);
        Tensor converted = near.to(node.Type).contiguous();
        if (Loses(near, converted))
        {
            throw new ArgumentException(
                $"The model's input {node} was given {tensor.dtype} with values that {node.Type} does not have, such as fractions, "
                + "or numbers beyond its range: give it values as the model was trained on, for example pixels from 0 to 255 in place of 0 to 1.",
                nameof(batch));
        }

        return converted;
    }

    // Floating-point numbers may be rounded to narrower ones, but not become infinite.
    private static bool Loses(Tensor given, Tensor converted)
    {
        if (given.dtype == converted.dtype)
        {
            return false;
        }

        if (converted.is_floating_point())
        {
            return converted.element_size() < given.element_size() && converted.isinf().bitwise_xor(given.isinf()).any().item<bool>();
        }

        return converted.to(given.dtype).ne(given).any().item<bool>();
    }
}
