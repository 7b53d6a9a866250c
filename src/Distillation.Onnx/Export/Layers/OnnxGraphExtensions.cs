using Distillation.Onnx.Layers;
using TorchSharp.Modules;

namespace Distillation.Onnx;

/// <summary>Writes layers with several inputs or outputs as operators of a graph.</summary>
public static class OnnxGraphExtensions
{
    /// <summary>Writes a recurrent layer, of one or both directions and any number of levels, from the state zero.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="module">The layer, with the batch first or second.</param>
    /// <param name="input">Its input.</param>
    /// <returns>The first of its outputs, the hidden state at each place of the sequence.</returns>
    public static OnnxValue Call(this OnnxGraph graph, LSTM module, OnnxValue input) =>
        Require.Present(graph).Within(module, [input], () => graph.Layer(() => Recurrences.Lstm(graph, module, input)));

    /// <inheritdoc cref="Call(OnnxGraph, LSTM, OnnxValue)"/>
    public static OnnxValue Call(this OnnxGraph graph, GRU module, OnnxValue input) =>
        Require.Present(graph).Within(module, [input], () => graph.Layer(() => Recurrences.Gru(graph, module, input)));

    /// <inheritdoc cref="Call(OnnxGraph, LSTM, OnnxValue)"/>
    public static OnnxValue Call(this OnnxGraph graph, RNN module, OnnxValue input) =>
        Require.Present(graph).Within(module, [input], () => graph.Layer(() => Recurrences.Rnn(graph, module, input)));

    /// <summary>Writes an attention of several heads: of a sequence to itself when all three are the same value, to another when not.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="module">The layer.</param>
    /// <param name="query">[L, N, E], the sequence first, as TorchSharp has it.</param>
    /// <param name="key">[S, N, K]; K is E, or the <c>kdim</c> of the layer.</param>
    /// <param name="value">[S, N, K].</param>
    /// <returns>The first of its outputs, [L, N, E].</returns>
    public static OnnxValue Call(this OnnxGraph graph, MultiheadAttention module, OnnxValue query, OnnxValue key, OnnxValue value) =>
        graph.Call(module, query, key, value, null, null);

    /// <summary>Writes an attention of several heads, with masks.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="module">The layer, without <c>add_bias_kv</c> and <c>add_zero_attn</c> when there is a mask.</param>
    /// <param name="query">[L, N, E], the sequence first, as TorchSharp has it.</param>
    /// <param name="key">[S, N, K]; K is E, or the <c>kdim</c> of the layer.</param>
    /// <param name="value">[S, N, K].</param>
    /// <param name="keyPaddingMask">[N, S] of truth values: true for a key that counts for nothing.</param>
    /// <param name="attentionMask">[L, S] of float32, added to the scores: minus infinity for a key that a query does not see.</param>
    /// <returns>The first of its outputs, [L, N, E].</returns>
    public static OnnxValue Call(
        this OnnxGraph graph,
        MultiheadAttention module,
        OnnxValue query,
        OnnxValue key,
        OnnxValue value,
        OnnxValue? keyPaddingMask,
        OnnxValue? attentionMask) =>
        Require.Present(graph).Within(
            module, [query, key, value], () => graph.Layer(() => Attention.Write(graph, module, query, key, value, new(attentionMask, keyPaddingMask))));

    /// <summary>Writes a layer of a transformer's encoder, with masks.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="module">The layer.</param>
    /// <param name="source">[L, N, E], the sequence first.</param>
    /// <param name="mask">[L, L] of float32, added to the scores: minus infinity for a place that another does not see.</param>
    /// <param name="keyPaddingMask">[N, L] of truth values: true for a place that counts for nothing.</param>
    /// <returns>Its output, [L, N, E].</returns>
    public static OnnxValue Call(this OnnxGraph graph, TransformerEncoderLayer module, OnnxValue source, OnnxValue? mask, OnnxValue? keyPaddingMask) =>
        Require.Present(graph).Within(module, [source], () => graph.Layer(() => Transformers.EncoderLayer(graph, module, source, new(mask, keyPaddingMask))));

    /// <summary>Writes a transformer's encoder, with all its layers.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="module">The encoder.</param>
    /// <param name="source">[L, N, E], the sequence first.</param>
    /// <returns>Its output, [L, N, E].</returns>
    public static OnnxValue Call(this OnnxGraph graph, TransformerEncoder module, OnnxValue source) => graph.Call(module, source, null, null);

    /// <summary>Writes a transformer's encoder, with all its layers and with masks for each.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="module">The encoder.</param>
    /// <param name="source">[L, N, E], the sequence first.</param>
    /// <param name="mask">[L, L] of float32, added to the scores: minus infinity for a place that another does not see.</param>
    /// <param name="keyPaddingMask">[N, L] of truth values: true for a place that counts for nothing.</param>
    /// <returns>Its output, [L, N, E].</returns>
    public static OnnxValue Call(this OnnxGraph graph, TransformerEncoder module, OnnxValue source, OnnxValue? mask, OnnxValue? keyPaddingMask) =>
        Require.Present(graph).Within(module, [source], () => graph.Layer(() => Transformers.Encoder(graph, module, source, new(mask, keyPaddingMask))));

    /// <summary>Writes a layer of a transformer's decoder.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="module">The layer.</param>
    /// <param name="target">[L, N, E], the sequence first.</param>
    /// <param name="memory">[S, N, E], what an encoder gave.</param>
    /// <returns>Its output, [L, N, E].</returns>
    public static OnnxValue Call(this OnnxGraph graph, TransformerDecoderLayer module, OnnxValue target, OnnxValue memory) =>
        graph.Call(module, target, memory, null, null, null, null);

    /// <summary>Writes a layer of a transformer's decoder, with masks.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="module">The layer.</param>
    /// <param name="target">[L, N, E], the sequence first.</param>
    /// <param name="memory">[S, N, E], what an encoder gave.</param>
    /// <param name="targetMask">[L, L] of float32, added to the scores: minus infinity for a place that another does not see.</param>
    /// <param name="memoryMask">[L, S] of float32, as for the target.</param>
    /// <param name="targetKeyPaddingMask">[N, L] of truth values: true for a place that counts for nothing.</param>
    /// <param name="memoryKeyPaddingMask">[N, S] of truth values, as for the target.</param>
    /// <returns>Its output, [L, N, E].</returns>
    public static OnnxValue Call(
        this OnnxGraph graph,
        TransformerDecoderLayer module,
        OnnxValue target,
        OnnxValue memory,
        OnnxValue? targetMask,
        OnnxValue? memoryMask,
        OnnxValue? targetKeyPaddingMask,
        OnnxValue? memoryKeyPaddingMask) =>
        Require.Present(graph).Within(module, [target, memory], () => graph.Layer(() =>
            Transformers.DecoderLayer(graph, module, target, memory, new(targetMask, targetKeyPaddingMask), new(memoryMask, memoryKeyPaddingMask))));

    /// <summary>Writes a transformer's decoder, with all its layers.</summary>
    /// <inheritdoc cref="Call(OnnxGraph, TransformerDecoderLayer, OnnxValue, OnnxValue)"/>
    public static OnnxValue Call(this OnnxGraph graph, TransformerDecoder module, OnnxValue target, OnnxValue memory) =>
        graph.Call(module, target, memory, null, null, null, null);

    /// <summary>Writes a transformer's decoder, with all its layers and with masks for each.</summary>
    /// <inheritdoc cref="Call(OnnxGraph, TransformerDecoderLayer, OnnxValue, OnnxValue, OnnxValue?, OnnxValue?, OnnxValue?, OnnxValue?)"/>
    public static OnnxValue Call(
        this OnnxGraph graph,
        TransformerDecoder module,
        OnnxValue target,
        OnnxValue memory,
        OnnxValue? targetMask,
        OnnxValue? memoryMask,
        OnnxValue? targetKeyPaddingMask,
        OnnxValue? memoryKeyPaddingMask) =>
        Require.Present(graph).Within(module, [target, memory], () => graph.Layer(() =>
            Transformers.Decoder(graph, module, target, memory, new(targetMask, targetKeyPaddingMask), new(memoryMask, memoryKeyPaddingMask))));

    /// <summary>Writes a transformer of encoder and decoder, without masks.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="module">The transformer.</param>
    /// <param name="source">[S, N, E], the sequence first.</param>
    /// <param name="target">[L, N, E].</param>
    /// <returns>Its output, [L, N, E].</returns>
    public static OnnxValue Call(this OnnxGraph graph, Transformer module, OnnxValue source, OnnxValue target) =>
        Require.Present(graph).Within(module, [target, source], () => graph.Layer(() => Transformers.Whole(graph, module, source, target)));
}
