namespace Distillation.Onnx.Layers;

/// <summary>All layers of TorchSharp that can be exported.</summary>
internal static class LayerTable
{
    private static readonly Dictionary<Type, LayerWriter> Writers = new IEnumerable<LayerWriter>[]
    {
        Activations.Writers, GatedActivations.Writers, Convolutions.Writers, Patches.Writers, Normalizations.Writers, Pools.Writers, AdaptivePools.Writers,
        Pads.Writers, Upsampling.Writers, Shaping.Writers, Weights.Writers, Transformers.Writers,
    }.SelectMany(writers => writers).ToDictionary(writer => writer.Layer);

    public static IEnumerable<Type> Layers => Writers.Keys;

    // By the very type: what derives from a layer may do something else.
    public static OnnxValue Write(OnnxGraph graph, torch.nn.Module<Tensor, Tensor> layer, OnnxValue input) =>
        Writers.TryGetValue(layer.GetType(), out LayerWriter? writer)
            ? writer.Write(graph, layer, input)
            : throw new OnnxExportException(
                $"this kind of module is not known; {nameof(IOnnxExportable)} lets a class of yours export itself, "
                + $"and an {nameof(OnnxLayer)} in {nameof(OnnxExportOptions)}.{nameof(OnnxExportOptions.Layers)} exports any other.");
}
