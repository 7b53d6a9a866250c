using Distillation.Losses;

namespace Distillation.Arrow;

/// <summary>The columns that follow from a manifest, and their order here; files may have another one.</summary>
internal sealed class StoreLayout
{
    public const int Sample = 0;
    public const int Digest = 1;
    public const int FirstOfLogits = 2;

    // A row must fit in an array with room to spare.
    private const long LargestRow = 1L << 30;

    public StoreLayout(Manifest manifest)
    {
        Manifest = manifest;
        Representation = manifest.K > 0 ? OutputRepresentation.TopK(manifest.K)
            : manifest.Representation == OutputRepresentation.DenseFloat16.Name ? OutputRepresentation.DenseFloat16 : OutputRepresentation.DenseFloat32;
        ElementType floats = Representation == OutputRepresentation.DenseFloat32 ? ElementType.Float32 : ElementType.Float16;
        ElementType number = manifest.Count <= 1L << 31 ? ElementType.Int32 : ElementType.Int64;
        var columns = new List<Column>
        {
            new("sample", number, 1, [ElementType.Int32, ElementType.Int64]),
            new("input_digest", ElementType.UInt64, 1, [ElementType.UInt64], Optional: true),
        };
        if (manifest.K > 0)
        {
            int positions = Elements("logits", manifest.Shape) / (int)manifest.Classes;
            ElementType classes = manifest.Classes <= 1 << 8 ? ElementType.UInt8 : manifest.Classes <= 1 << 16 ? ElementType.UInt16 : ElementType.Int32;
            columns.Add(new("topk_classes", classes, positions * manifest.K, ElementTypes.Integers));
            columns.Add(new("topk_log_probabilities", ElementType.Float16, positions * manifest.K, ElementTypes.Floats));
            columns.Add(new("remaining_log_probability", ElementType.Float16, positions, ElementTypes.Floats));
        }
        else
        {
            columns.Add(new("logits", floats, Elements("logits", manifest.Shape), [floats]));
        }

        FirstOfLayers = columns.Count;
        columns.AddRange(manifest.Kept.Select(layer => new Column($"layer:{layer.Name}", floats, Elements(layer.Name, layer.Shape), [floats])));
        Columns = columns;
        Features = FeaturesOf(Representation, FeatureSet.Of(manifest.Kept.Select(layer => new Feature(layer.Name))));
    }

    public Manifest Manifest { get; }

    public OutputRepresentation Representation { get; }

    public IReadOnlyList<Column> Columns { get; }

    public int FirstOfLayers { get; }

    public FeatureSet Features { get; }

    public long RowBytes => Columns.Sum(column => (long)column.RowBytes);

    /// <summary>The layers that reading returns: those that are kept and, of a store of lists, the lists.</summary>
    public static FeatureSet FeaturesOf(OutputRepresentation representation, FeatureSet layers) =>
        representation.Listed > 0 ? layers | FeatureSet.Of(SparseTargetLoss.Indices, SparseTargetLoss.LogProbabilities) : layers;

    private static int Elements(string name, long[] shape)
    {
        Int128 elements = shape.Aggregate((Int128)1, (product, size) => product * size > LargestRow ? LargestRow : product * size);
        return elements * sizeof(float) <= LargestRow
            ? (int)elements
            : throw new InvalidDataException(
                $"One sample's {name}, [{string.Join(", ", shape)}], takes more than {LargestRow} bytes: the most that a row of a file can have.");
    }
}
