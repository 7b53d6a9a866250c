using Distillation.Losses;
using static TorchSharp.torch.nn;

namespace Distillation.Arrow;

/// <summary>Creates columns of outputs, and outputs of columns.</summary>
internal sealed class OutputCodec(StoreLayout layout)
{
    private readonly long[] _shape = layout.Manifest.Shape;
    private readonly int _listed = layout.Representation.Listed;

    private int ClassAxis => 1 + Manifest.ClassAxis(_shape.Length);

    // One sample's shape with another number of classes.
    private long[] Lists => [.. _shape.Select((size, axis) => axis == ClassAxis - 1 ? _listed : size)];

    private long[] Positions => [.. _shape.Where((_, axis) => axis != ClassAxis - 1)];

    /// <summary>Refuses outputs that are not of the shapes in the manifest.</summary>
    public void Check(ModelOutput output, int samples)
    {
        RequireShape(output.Logits, _shape, "logits", samples);
        foreach (StoredLayer layer in layout.Manifest.Kept)
        {
            RequireShape(output[layer.Name], layer.Shape, $"layer '{layer.Name}'", samples);
        }
    }

    /// <summary>Returns the values of the columns of the logits and the layers, as they will stand.</summary>
    public List<Tensor> Encode(ModelOutput output, long start, long count)
    {
        Tensor logits = output.Logits.narrow(0, start, count).detach().cpu();
        var columns = new List<Tensor>();
        foreach (Tensor values in _listed > 0 ? Listed(logits) : [logits])
        {
            columns.Add(Stored(values, StoreLayout.FirstOfLogits + columns.Count, "logits"));
        }

        foreach (StoredLayer layer in layout.Manifest.Kept)
        {
            columns.Add(Stored(output[layer.Name].narrow(0, start, count).detach().cpu(), StoreLayout.FirstOfLogits + columns.Count, $"layer '{layer.Name}'"));
        }

        return columns;
    }

    public ModelOutput Decode(RowGather rows, FeatureSet features)
    {
        var layers = new Dictionary<Feature, Tensor>();
        Tensor logits = _listed > 0 ? FromLists(rows, features, layers) : rows.AsStored(StoreLayout.FirstOfLogits, _shape);
        int column = layout.FirstOfLayers;
        foreach (StoredLayer layer in layout.Manifest.Kept)
        {
            if (features.Contains(layer.Name))
            {
                layers[layer.Name] = As(rows.AsStored(column, layer.Shape), layer.Type);
            }

            column++;
        }

        return new(As(logits, layout.Manifest.Type), layers);
    }

    private static Tensor As(Tensor tensor, string type) => tensor.dtype == FloatNames.Torch(type) ? tensor : tensor.to(FloatNames.Torch(type));

    private static void RequireShape(Tensor tensor, long[] shape, string what, int samples)
    {
        if (!tensor.shape.AsSpan().SequenceEqual([samples, .. shape]))
        {
            throw new ArgumentException(
                $"The {what} must be [{string.Join(", ", [samples, .. shape])}], as many as the numbers of samples and of the shape in the store, "
                + $"but are {Shapes.Of(tensor)}.");
        }
    }

    private Tensor[] Listed(Tensor logits)
    {
        Tensor log = functional.log_softmax(logits.dtype == torch.ScalarType.Float64 ? logits : logits.to(torch.ScalarType.Float32), ClassAxis);
        if (log.isnan().any().item<bool>())
        {
            throw new ArgumentException($"The logits have numbers that are not finite, so that the likeliest classes are not defined.");
        }

        (Tensor values, Tensor indices) = log.topk(_listed, ClassAxis);
        using Scalar nothing = double.NegativeInfinity.ToScalar();
        Tensor others = log.scatter(ClassAxis, indices, torch.full_like(values, nothing));
        return [indices, values, others.logsumexp(ClassAxis)];
    }

    private Tensor Stored(Tensor values, int column, string what)
    {
        Tensor stored = values.to(layout.Columns[column].Type.Torch()).contiguous();
        Tensor lost = stored.isinf().logical_and(values.isinf().logical_not());
        if (stored.is_floating_point() && lost.any().item<bool>())
        {
            throw new ArgumentException(
                $"The {what} reach {values.masked_select(lost).abs().max().to(torch.ScalarType.Float64).item<double>():G6}, "
                + $"which {layout.Columns[column].Type.ToString().ToLowerInvariant()} cannot hold; {nameof(OutputRepresentation.DenseFloat32)} may.");
        }

        return stored;
    }

    private Tensor FromLists(RowGather rows, FeatureSet features, Dictionary<Feature, Tensor> layers)
    {
        Tensor indices = rows.AsClasses(StoreLayout.FirstOfLogits, Lists);
        Tensor values = rows.AsFloat32(StoreLayout.FirstOfLogits + 1, Lists);
        Tensor others = rows.AsFloat32(StoreLayout.FirstOfLogits + 2, Positions);
        if (features.Contains(SparseTargetLoss.Indices))
        {
            layers[SparseTargetLoss.Indices] = indices;
        }

        if (features.Contains(SparseTargetLoss.LogProbabilities))
        {
            layers[SparseTargetLoss.LogProbabilities] = As(values, layout.Manifest.Type);
        }

        using Scalar share = Math.Log(Math.Max(layout.Manifest.Classes - _listed, 1)).ToScalar();
        Tensor even = others.sub_(share).unsqueeze(ClassAxis).expand([rows.Count, .. _shape]);
        return even.scatter(ClassAxis, indices, values);
    }
}
