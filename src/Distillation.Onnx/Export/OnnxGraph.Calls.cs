using Distillation.Onnx.Layers;
using Distillation.Onnx.Layers.TorchVision;
using TorchSharp.Modules;

namespace Distillation.Onnx;

/// <content>Modules of TorchSharp as operators.</content>
public sealed partial class OnnxGraph
{
    /// <summary>Writes a layer, or a module with layers.</summary>
    /// <param name="module">
    /// A module that <see cref="OnnxExportOptions.Layers"/> has an entry for, an <see cref="IOnnxExportable"/>, a layer of TorchSharp that can be exported,
    /// a <c>Sequential</c> of such, or a model of <c>torchvision.models</c>.
    /// </param>
    /// <param name="input">Its input.</param>
    /// <returns>Its output.</returns>
    public OnnxValue Call(torch.nn.Module<Tensor, Tensor> module, OnnxValue input) =>
        Within(module, [input], () => _layers.Write(this, module, input) ?? module switch
        {
            IOnnxExportable own => own.Export(this, input),
            Sequential when module.GetType() == typeof(Sequential) =>
                module.children().Cast<torch.nn.Module<Tensor, Tensor>>().Aggregate(input, (value, child) => Call(child, value)),
            _ => ModelTable.WriterOf(module) is { } model ? model(this, module, input) : Layer(() => LayerTable.Write(this, module, input)),
        });

    /// <summary>Writes a recurrent layer, of one or both directions and any number of levels, from the state zero.</summary>
    /// <param name="module">The layer, with the batch first or second.</param>
    /// <param name="input">Its input.</param>
    /// <returns>The first of its outputs, the hidden state at each place of the sequence.</returns>
    public OnnxValue Call(LSTM module, OnnxValue input) => Within(module, [input], () => Layer(() => Recurrences.Lstm(this, module, input)));

    /// <inheritdoc cref="Call(LSTM, OnnxValue)"/>
    public OnnxValue Call(GRU module, OnnxValue input) => Within(module, [input], () => Layer(() => Recurrences.Gru(this, module, input)));

    /// <inheritdoc cref="Call(LSTM, OnnxValue)"/>
    public OnnxValue Call(RNN module, OnnxValue input) => Within(module, [input], () => Layer(() => Recurrences.Rnn(this, module, input)));

    /// <summary>Writes an attention of several heads: of a sequence to itself when all three are the same value, to another when not.</summary>
    /// <param name="module">The layer.</param>
    /// <param name="query">[L, N, E], the sequence first, as TorchSharp has it.</param>
    /// <param name="key">[S, N, K]; K is E, or the <c>kdim</c> of the layer.</param>
    /// <param name="value">[S, N, K].</param>
    /// <returns>The first of its outputs, [L, N, E].</returns>
    public OnnxValue Call(MultiheadAttention module, OnnxValue query, OnnxValue key, OnnxValue value) => Call(module, query, key, value, null, null);

    /// <summary>Writes an attention of several heads, with masks.</summary>
    /// <param name="module">The layer, without <c>add_bias_kv</c> and <c>add_zero_attn</c> when there is a mask.</param>
    /// <param name="query">[L, N, E], the sequence first, as TorchSharp has it.</param>
    /// <param name="key">[S, N, K]; K is E, or the <c>kdim</c> of the layer.</param>
    /// <param name="value">[S, N, K].</param>
    /// <param name="keyPaddingMask">[N, S] of truth values: true for a key that counts for nothing.</param>
    /// <param name="attentionMask">[L, S] of float32, added to the scores: minus infinity for a key that a query does not see.</param>
    /// <returns>The first of its outputs, [L, N, E].</returns>
    public OnnxValue Call(MultiheadAttention module, OnnxValue query, OnnxValue key, OnnxValue value, OnnxValue? keyPaddingMask, OnnxValue? attentionMask) =>
        Within(module, [query, key, value], () => Layer(() => Attention.Write(this, module, query, key, value, new(attentionMask, keyPaddingMask))));

    /// <summary>Writes a layer of a transformer's encoder, with masks.</summary>
    /// <param name="module">The layer.</param>
    /// <param name="source">[L, N, E], the sequence first.</param>
    /// <param name="mask">[L, L] of float32, added to the scores: minus infinity for a place that another does not see.</param>
    /// <param name="keyPaddingMask">[N, L] of truth values: true for a place that counts for nothing.</param>
    /// <returns>Its output, [L, N, E].</returns>
    public OnnxValue Call(TransformerEncoderLayer module, OnnxValue source, OnnxValue? mask, OnnxValue? keyPaddingMask) =>
        Within(module, [source], () => Layer(() => Transformers.EncoderLayer(this, module, source, new(mask, keyPaddingMask))));

    /// <summary>Writes a transformer's encoder, with all its layers.</summary>
    /// <param name="module">The encoder.</param>
    /// <param name="source">[L, N, E], the sequence first.</param>
    /// <returns>Its output, [L, N, E].</returns>
    public OnnxValue Call(TransformerEncoder module, OnnxValue source) => Call(module, source, null, null);

    /// <summary>Writes a transformer's encoder, with all its layers and with masks for each.</summary>
    /// <param name="module">The encoder.</param>
    /// <param name="source">[L, N, E], the sequence first.</param>
    /// <param name="mask">[L, L] of float32, added to the scores: minus infinity for a place that another does not see.</param>
    /// <param name="keyPaddingMask">[N, L] of truth values: true for a place that counts for nothing.</param>
    /// <returns>Its output, [L, N, E].</returns>
    public OnnxValue Call(TransformerEncoder module, OnnxValue source, OnnxValue? mask, OnnxValue? keyPaddingMask) =>
        Within(module, [source], () => Layer(() => Transformers.Encoder(this, module, source, new(mask, keyPaddingMask))));

    /// <summary>Writes a layer of a transformer's decoder.</summary>
    /// <param name="module">The layer.</param>
    /// <param name="target">[L, N, E], the sequence first.</param>
    /// <param name="memory">[S, N, E], what an encoder gave.</param>
    /// <returns>Its output, [L, N, E].</returns>
    public OnnxValue Call(TransformerDecoderLayer module, OnnxValue target, OnnxValue memory) => Call(module, target, memory, null, null, null, null);

    /// <summary>Writes a layer of a transformer's decoder, with masks.</summary>
    /// <param name="module">The layer.</param>
    /// <param name="target">[L, N, E], the sequence first.</param>
    /// <param name="memory">[S, N, E], what an encoder gave.</param>
    /// <param name="targetMask">[L, L] of float32, added to the scores: minus infinity for a place that another does not see.</param>
    /// <param name="memoryMask">[L, S] of float32, as for the target.</param>
    /// <param name="targetKeyPaddingMask">[N, L] of truth values: true for a place that counts for nothing.</param>
    /// <param name="memoryKeyPaddingMask">[N, S] of truth values, as for the target.</param>
    /// <returns>Its output, [L, N, E].</returns>
    public OnnxValue Call(
        TransformerDecoderLayer module,
        OnnxValue target,
        OnnxValue memory,
        OnnxValue? targetMask,
        OnnxValue? memoryMask,
        OnnxValue? targetKeyPaddingMask,
        OnnxValue? memoryKeyPaddingMask) =>
        Within(module, [target, memory], () => Layer(() =>
            Transformers.DecoderLayer(this, module, target, memory, new(targetMask, targetKeyPaddingMask), new(memoryMask, memoryKeyPaddingMask))));

    /// <summary>Writes a transformer's decoder, with all its layers.</summary>
    /// <inheritdoc cref="Call(TransformerDecoderLayer, OnnxValue, OnnxValue)"/>
    public OnnxValue Call(TransformerDecoder module, OnnxValue target, OnnxValue memory) => Call(module, target, memory, null, null, null, null);

    /// <summary>Writes a transformer's decoder, with all its layers and with masks for each.</summary>
    /// <inheritdoc cref="Call(TransformerDecoderLayer, OnnxValue, OnnxValue, OnnxValue?, OnnxValue?, OnnxValue?, OnnxValue?)"/>
    public OnnxValue Call(
        TransformerDecoder module,
        OnnxValue target,
        OnnxValue memory,
        OnnxValue? targetMask,
        OnnxValue? memoryMask,
        OnnxValue? targetKeyPaddingMask,
        OnnxValue? memoryKeyPaddingMask) =>
        Within(module, [target, memory], () => Layer(() =>
            Transformers.Decoder(this, module, target, memory, new(targetMask, targetKeyPaddingMask), new(memoryMask, memoryKeyPaddingMask))));

    /// <summary>Writes a transformer of encoder and decoder, without masks.</summary>
    /// <param name="module">The transformer.</param>
    /// <param name="source">[S, N, E], the sequence first.</param>
    /// <param name="target">[L, N, E].</param>
    /// <returns>Its output, [L, N, E].</returns>
    public OnnxValue Call(Transformer module, OnnxValue source, OnnxValue target) =>
        Within(module, [target, source], () => Layer(() => Transformers.Whole(this, module, source, target)));

    private OnnxValue Within(torch.nn.Module module, OnnxValue[] inputs, Func<OnnxValue> write)
    {
        Require.Present(module);
        foreach (OnnxValue input in inputs)
        {
            Require.Present(input);
        }

        string outer = _path;
        _path = _paths.GetValueOrDefault(module, module.GetType().Name);
        try
        {
            return write();
        }
        catch (OnnxExportException refusal)
        {
            // The walk goes on, so that one message names all that cannot be exported.
            _refusals.Add($"{(_path.Length == 0 ? "the module itself" : _path)} ({module.GetType().Name}): {refusal.Message}");
            return inputs[0];
        }
        finally
        {
            _path = outer;
        }
    }

    private OnnxValue Layer(Func<OnnxValue> write)
    {
        LayerCount++;
        return write();
    }
}
