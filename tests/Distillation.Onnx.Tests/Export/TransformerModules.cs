using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Onnx.Tests.Export;

/// <summary>An attention of a sequence to itself.</summary>
internal sealed class SelfAttention : Module<Tensor, Tensor>, IOnnxExportable
{
    private readonly MultiheadAttention _attention;

    public SelfAttention(MultiheadAttention attention)
        : base(nameof(SelfAttention))
    {
        _attention = attention;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => _attention.call(input, input, input, null, true, null).Item1;

    public OnnxValue Export(OnnxGraph graph, OnnxValue input) => graph.Call(_attention, input, input, input);
}

/// <summary>An attention of a sequence to the first places and the first numbers of it.</summary>
internal sealed class CrossAttention : Module<Tensor, Tensor>, IOnnxExportable
{
    private readonly MultiheadAttention _attention;
    private readonly long _width;

    public CrossAttention(MultiheadAttention attention, long width)
        : base(nameof(CrossAttention))
    {
        _attention = attention;
        _width = width;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        Tensor keys = input.narrow(0, 0, 3).narrow(2, 0, _width);
        return _attention.call(input, keys, keys.neg(), null, true, null).Item1;
    }

    public OnnxValue Export(OnnxGraph graph, OnnxValue input)
    {
        OnnxValue keys = graph.Apply("Slice", [input, graph.Constant(torch.tensor([0L, 0])), graph.Constant(torch.tensor([3, _width])), graph.Constant(torch.tensor([0L, 2]))]);
        return graph.Call(_attention, input, keys, graph.Apply("Neg", [keys]));
    }
}

/// <summary>The encoder of a transformer.</summary>
internal sealed class Encoding : Module<Tensor, Tensor>, IOnnxExportable
{
    private readonly TransformerEncoder _encoder;

    public Encoding(TransformerEncoder encoder)
        : base(nameof(Encoding))
    {
        _encoder = encoder;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => _encoder.call(input);

    public OnnxValue Export(OnnxGraph graph, OnnxValue input) => graph.Call(_encoder, input);
}

/// <summary>A layer of a decoder, that remembers the first places of its input.</summary>
internal sealed class DecodingOnce : Module<Tensor, Tensor>, IOnnxExportable
{
    private readonly TransformerDecoderLayer _layer;

    public DecodingOnce(TransformerDecoderLayer layer)
        : base(nameof(DecodingOnce))
    {
        _layer = layer;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => _layer.call(input, input.narrow(0, 0, 3));

    public OnnxValue Export(OnnxGraph graph, OnnxValue input) => graph.Call(_layer, input, Sequences.Start(graph, input));
}

/// <summary>The decoder of a transformer, that remembers the first places of its input.</summary>
internal sealed class Decoding : Module<Tensor, Tensor>, IOnnxExportable
{
    private readonly TransformerDecoder _decoder;

    public Decoding(TransformerDecoder decoder)
        : base(nameof(Decoding))
    {
        _decoder = decoder;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => _decoder.call(input, input.narrow(0, 0, 3));

    public OnnxValue Export(OnnxGraph graph, OnnxValue input) => graph.Call(_decoder, input, Sequences.Start(graph, input));
}

/// <summary>A transformer from the first places of its input to all.</summary>
internal sealed class Translating : Module<Tensor, Tensor>, IOnnxExportable
{
    private readonly Transformer _transformer;

    public Translating(Transformer transformer)
        : base(nameof(Translating))
    {
        _transformer = transformer;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => _transformer.call(input.narrow(0, 0, 3), input);

    public OnnxValue Export(OnnxGraph graph, OnnxValue input) => graph.Call(_transformer, Sequences.Start(graph, input), input);
}

internal static class Sequences
{
    public static OnnxValue Start(OnnxGraph graph, OnnxValue input) =>
        graph.Apply("Slice", [input, graph.Constant(torch.tensor([0L])), graph.Constant(torch.tensor([3L])), graph.Constant(torch.tensor([0L]))]);
}
