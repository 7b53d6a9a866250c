using TorchSharp.Modules;

namespace Distillation.Onnx.Layers;

/// <summary>
/// Transformers and their layers on [L, N, E], the sequence first. Each part adds to its input, and the sum is normalized: norm(x + part(x)). Vaswani et al.,
/// "Attention Is All You Need", 2017.
/// </summary>
internal static class Transformers
{
    // What libtorch normalizes layers with.
    private const double Epsilon = 1e-5;

    public static IEnumerable<LayerWriter> Writers =>
        [LayerWriter.For<TransformerEncoderLayer>((graph, layer, input) => EncoderLayer(graph, layer, input, default))];

    public static OnnxValue EncoderLayer(OnnxGraph graph, TransformerEncoderLayer layer, OnnxValue source, AttentionMasks masks)
    {
        NamedWeights weights = NamedWeights.Of(layer);
        return EncoderLayer(graph, weights, TransformerSettings.Of(layer, weights), source, masks);
    }

    public static OnnxValue Encoder(OnnxGraph graph, TransformerEncoder encoder, OnnxValue source, AttentionMasks masks)
    {
        NamedWeights weights = NamedWeights.Of(encoder);
        return Encoder(graph, weights, TransformerSettings.Of(encoder, weights), source, masks);
    }

    public static OnnxValue DecoderLayer(
        OnnxGraph graph, TransformerDecoderLayer layer, OnnxValue target, OnnxValue memory, AttentionMasks own, AttentionMasks cross)
    {
        NamedWeights weights = NamedWeights.Of(layer);
        return DecoderLayer(graph, weights, TransformerSettings.Of(layer, weights), target, memory, own, cross);
    }

    public static OnnxValue Decoder(OnnxGraph graph, TransformerDecoder decoder, OnnxValue target, OnnxValue memory, AttentionMasks own, AttentionMasks cross)
    {
        NamedWeights weights = NamedWeights.Of(decoder);
        return Decoder(graph, weights, TransformerSettings.Of(decoder, weights), target, memory, own, cross);
    }

    public static OnnxValue Whole(OnnxGraph graph, Transformer transformer, OnnxValue source, OnnxValue target)
    {
        NamedWeights weights = NamedWeights.Of(transformer);
        TransformerSettings settings = TransformerSettings.Of(transformer, weights);
        OnnxValue memory = Encoder(graph, weights.Part("encoder"), settings, source, default);
        return Decoder(graph, weights.Part("decoder"), settings, target, memory, default, default);
    }

    private static OnnxValue Encoder(OnnxGraph graph, NamedWeights weights, TransformerSettings settings, OnnxValue source, AttentionMasks masks)
    {
        OnnxValue value = weights.Layers().Aggregate(source, (value, layer) => EncoderLayer(graph, layer, settings, value, masks));
        return weights.Has("norm.weight") ? Norm(graph, value, weights.Part("norm")) : value;
    }

    private static OnnxValue Decoder(
        OnnxGraph graph, NamedWeights weights, TransformerSettings settings, OnnxValue target, OnnxValue memory, AttentionMasks own, AttentionMasks cross)
    {
        OnnxValue value = weights.Layers().Aggregate(target, (value, layer) => DecoderLayer(graph, layer, settings, value, memory, own, cross));
        return weights.Has("norm.weight") ? Norm(graph, value, weights.Part("norm")) : value;
    }

    private static OnnxValue EncoderLayer(OnnxGraph graph, NamedWeights weights, TransformerSettings settings, OnnxValue source, AttentionMasks masks)
    {
        OnnxValue attended = Attention.Write(graph, weights.Part("self_attn"), settings.Attention, source, source, source, masks);
        OnnxValue middle = Norm(graph, graph.Apply("Add", [source, attended]), weights.Part("norm1"));
        return FeedForward(graph, weights, settings, middle, "norm2");
    }

    private static OnnxValue DecoderLayer(
        OnnxGraph graph, NamedWeights weights, TransformerSettings settings, OnnxValue target, OnnxValue memory, AttentionMasks own, AttentionMasks cross)
    {
        OnnxValue attended = Attention.Write(graph, weights.Part("self_attn"), settings.Attention, target, target, target, own);
        OnnxValue first = Norm(graph, graph.Apply("Add", [target, attended]), weights.Part("norm1"));
        OnnxValue crossed = Attention.Write(graph, weights.Part("multihead_attn"), settings.Attention, first, memory, memory, cross);
        OnnxValue second = Norm(graph, graph.Apply("Add", [first, crossed]), weights.Part("norm2"));
        return FeedForward(graph, weights, settings, second, "norm3");
    }

    private static OnnxValue FeedForward(OnnxGraph graph, NamedWeights weights, TransformerSettings settings, OnnxValue input, string norm)
    {
        OnnxValue hidden = Weights.Linear(graph, input, weights.Part("linear1"));
        OnnxValue active = settings.Activation == torch.nn.Activations.GELU ? GatedActivations.Gelu(graph, hidden) : graph.Apply("Relu", [hidden]);
        return Norm(graph, graph.Apply("Add", [input, Weights.Linear(graph, active, weights.Part("linear2"))]), weights.Part(norm));
    }

    private static OnnxValue Norm(OnnxGraph graph, OnnxValue input, NamedWeights weights) =>
        Normalizations.OfLayers(graph, input, weights.Constant(graph, "weight"), weights.Constant(graph, "bias"), -1, Epsilon);
}
