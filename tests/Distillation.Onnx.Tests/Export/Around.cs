using TorchSharp.Modules;

namespace Distillation.Onnx.Tests.Export;

/// <summary>Modules of one tensor around layers that have more: the first output, and other inputs made of the one.</summary>
internal static class Around
{
    public static Said Of(LSTM layer) => new(input => layer.call(input, null).Item1, (graph, input) => graph.Call(layer, input), layer);

    public static Said Of(GRU layer) => new(input => layer.call(input, null!).Item1, (graph, input) => graph.Call(layer, input), layer);

    public static Said Of(RNN layer) => new(input => layer.call(input, null!).Item1, (graph, input) => graph.Call(layer, input), layer);

    /// <summary>Of a sequence to itself.</summary>
    public static Said Of(MultiheadAttention layer) =>
        new(input => layer.call(input, input, input, null, true, null).Item1, (graph, input) => graph.Call(layer, input, input, input), layer);

    /// <summary>Of a sequence to the first places and the first numbers of it.</summary>
    public static Said Of(MultiheadAttention layer, long width) => new(
        input =>
        {
            Tensor keys = input.narrow(0, 0, 3).narrow(2, 0, width);
            return layer.call(input, keys, keys.neg(), null, true, null).Item1;
        },
        (graph, input) =>
        {
            OnnxValue keys = graph.Apply(
                "Slice", [input, graph.Constant(torch.tensor([0L, 0])), graph.Constant(torch.tensor([3, width])), graph.Constant(torch.tensor([0L, 2]))]);
            return graph.Call(layer, input, keys, graph.Apply("Neg", [keys]));
        },
        layer);

    public static Said Of(TransformerEncoder encoder) => new(encoder.call, (graph, input) => graph.Call(encoder, input), encoder);

    /// <summary>It remembers the first places of its input.</summary>
    public static Said Of(TransformerDecoderLayer layer) =>
        new(input => layer.call(input, input.narrow(0, 0, 3)), (graph, input) => graph.Call(layer, input, Start(graph, input)), layer);

    /// <inheritdoc cref="Of(TransformerDecoderLayer)"/>
    public static Said Of(TransformerDecoder decoder) =>
        new(input => decoder.call(input, input.narrow(0, 0, 3)), (graph, input) => graph.Call(decoder, input, Start(graph, input)), decoder);

    /// <summary>From the first places of its input to all.</summary>
    public static Said Of(Transformer transformer) =>
        new(input => transformer.call(input.narrow(0, 0, 3), input), (graph, input) => graph.Call(transformer, Start(graph, input), input), transformer);

    /// <summary>The first three places of a sequence.</summary>
    public static OnnxValue Start(OnnxGraph graph, OnnxValue input) =>
        graph.Apply("Slice", [input, graph.Constant(torch.tensor([0L])), graph.Constant(torch.tensor([3L])), graph.Constant(torch.tensor([0L]))]);
}
