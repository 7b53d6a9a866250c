using System.Text.Json.Serialization;
using Distillation.Losses;

namespace Distillation.Arrow;

/// <summary>What all shards of a store have in common; <c>manifest.json</c>, written once.</summary>
/// <param name="Schema">The version of the layout.</param>
/// <param name="Fingerprint">Which teacher, data and transforms.</param>
/// <param name="Count">The number of samples that the store is for.</param>
/// <param name="Representation">The name of an <see cref="OutputRepresentation"/>.</param>
/// <param name="Shape">The shape of one sample's logits.</param>
/// <param name="Classes">The number of classes.</param>
/// <param name="K">The number of listed classes, in a store of lists.</param>
/// <param name="Type">The type of the output of the teacher, and of what reading returns.</param>
/// <param name="Layers">The inner layers.</param>
internal sealed record Manifest(
    int Schema,
    string Fingerprint,
    long Count,
    string Representation,
    long[] Shape,
    long Classes,
    int K = 0,
    string Type = "float32",
    StoredLayer[]? Layers = null)
{
    public const int Version = 1;
    public const string FileName = "manifest.json";

    // Those of a tensor in torch, less the one of the samples.
    private const int MostDimensions = 63;

    [JsonIgnore]
    public IReadOnlyList<StoredLayer> Kept => Layers ?? [];

    /// <summary>The axis of the classes in one sample's logits: the last, or the first of [C, H, W].</summary>
    public static int ClassAxis(int dimensions) => dimensions == 3 ? 0 : dimensions - 1;

    public static Manifest Of(ModelOutput output, long count, string fingerprint, ArrowStoreOptions options)
    {
        long[] shape = output.Logits.shape[1..];
        long classes = shape.Length == 0 ? 1 : shape[ClassAxis(shape.Length)];
        if (options.Representation.Listed > classes || (options.Representation.Listed > 0 && shape.Length == 0))
        {
            throw new ArgumentException(
                $"The {options.Representation.Listed} likeliest classes are to be kept, but the logits are {Shapes.Of(output.Logits)}.", nameof(output));
        }

        StoredLayer[] layers =
        [
            .. options.Layers.OrderBy(layer => layer.Path, StringComparer.Ordinal)
                .Select(layer => new StoredLayer(layer.Path, output[layer].shape[1..], FloatNames.Of(output[layer], $"layer '{layer}'"))),
        ];
        Manifest manifest = new(
            Version,
            fingerprint,
            count,
            options.Representation.Name,
            shape,
            classes,
            options.Representation.Listed,
            FloatNames.Of(output.Logits, "logits"),
            layers);
        return manifest.Wrong() is { } wrong ? throw new ArgumentException($"The outputs cannot be kept: {wrong}.", nameof(output)) : manifest;
    }

    /// <summary>Writes it, unless another process was first; gives what then is there.</summary>
    public Manifest Claim(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            StoredJson.Write(path, this, StoreJson.Default.Manifest);
        }
        catch (IOException) when (File.Exists(path))
        {
            // The first one that was written holds; the caller compares.
        }

        return Read(folder);
    }

    public static Manifest Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        Manifest manifest = StoredJson.Read(path, StoreJson.Default.Manifest);
        string? wrong = manifest.Schema != Version ? $"'schema' is {manifest.Schema}, and this version of the library reads {Version}" : manifest.Wrong();
        return wrong is null ? manifest : throw new InvalidDataException($"'{path}' cannot be used: {wrong}.");
    }

    public static string ShapeText(long[] shape) => $"[{string.Join(", ", shape)}]";

    /// <summary>Refuses a store with other settings than required.</summary>
    public void RequireSame(string folder, long count, string fingerprint, ArrowStoreOptions options)
    {
        string layers = FeatureSet.Of(Kept.Select(layer => new Feature(layer.Name))).ToString();
        (string What, string Here, string Asked)[] pairs =
        [
            ("fingerprint", Fingerprint, fingerprint),
            ("count", $"{Count}", $"{count}"),
            ("representation", new StoreLayout(this).Representation.ToString(), options.Representation.ToString()),
            ("layers", layers, options.Layers.ToString()),
        ];
        foreach ((string what, string here, string asked) in pairs.Where(pair => pair.Here != pair.Asked))
        {
            throw new InvalidDataException(
                $"The store in '{folder}' has the {what} '{here}', but '{asked}' is required. Another store needs another directory.");
        }
    }

    private string? Wrong()
    {
        long classes = Shape.Length == 0 ? 1 : Shape[ClassAxis(Shape.Length)];
        return Count < 1 ? $"'count' is {Count}"
            : !IsShape(Shape) || Classes != classes ? $"'shape' {ShapeText(Shape)} does not go with {Classes} 'classes'"
            : Representation is not ("dense_float32" or "dense_float16" or "top_k")
                ? $"'representation' is '{Representation}', not dense_float32, dense_float16 or top_k"
            : (Representation == "top_k") != (K > 0) || K > classes || K < 0 || (K > 0 && Shape.Length == 0)
                ? $"'k' is {K} with {Representation} of {Classes} classes"
            : !FloatNames.Has(Type) ? $"'type' is '{Type}', not one of {FloatNames.All}"
            : Kept.Any(layer => layer is null) || Kept.DistinctBy(layer => layer.Name).Count() != Kept.Count ? "a layer has no name, or one comes twice"
            : Kept.FirstOrDefault(layer => !IsShape(layer.Shape) || !FloatNames.Has(layer.Type)) is { } layer
                ? $"layer '{layer.Name}' is {ShapeText(layer.Shape)} {layer.Type}"
            : K > 0
                && Kept.FirstOrDefault(layer => layer.Name == SparseTargetLoss.Indices.Path || layer.Name == SparseTargetLoss.LogProbabilities.Path) is { } list
                    ? $"layer '{list.Name}' has the name of a layer that is made of the lists"
            : null;
    }

    private static bool IsShape(long[] shape) => shape.Length <= MostDimensions && shape.All(size => size > 0);
}
