using static TorchSharp.torch.nn;

namespace Distillation.Onnx.Tests.Export;

/// <summary>x + f(x), with an f of two convolutions.</summary>
internal sealed class ResidualBlock : Module<Tensor, Tensor>, IOnnxExportable
{
    private readonly Module<Tensor, Tensor> _body;
    private readonly Module<Tensor, Tensor> _act = ReLU();

    public ResidualBlock(long channels)
        : base(nameof(ResidualBlock))
    {
        _body = Sequential(("conv1", Conv2d(channels, channels, 3, padding: 1)), ("norm1", BatchNorm2d(channels)), ("act", ReLU()), ("conv2", Conv2d(channels, channels, 3, padding: 1)), ("norm2", BatchNorm2d(channels)));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => _act.call(input + _body.call(input));

    public OnnxValue Export(OnnxGraph graph, OnnxValue input) => graph.Call(_act, graph.Apply("Add", [input, graph.Call(_body, input)]));
}

/// <summary>Turns [N, L, E] for a layer that wants the sequence first, and back.</summary>
internal sealed class SequenceFirst : Module<Tensor, Tensor>, IOnnxExportable
{
    private readonly Module<Tensor, Tensor> _inner;

    private SequenceFirst(Module<Tensor, Tensor> inner)
        : base(nameof(SequenceFirst))
    {
        _inner = inner;
        RegisterComponents();
    }

    public static SequenceFirst Of(Module<Tensor, Tensor> inner) => new(inner);

    public override Tensor forward(Tensor input) => _inner.call(input.transpose(0, 1)).transpose(0, 1);

    public OnnxValue Export(OnnxGraph graph, OnnxValue input) => Turned(graph, graph.Call(_inner, Turned(graph, input)));

    private static OnnxValue Turned(OnnxGraph graph, OnnxValue value) => graph.Apply("Transpose", [value], ("perm", new long[] { 1, 0, 2 }));
}

/// <summary>The states of an LSTM.</summary>
internal sealed class Recurrent : Module<Tensor, Tensor>, IOnnxExportable
{
    private readonly TorchSharp.Modules.LSTM _lstm;

    public Recurrent(TorchSharp.Modules.LSTM lstm)
        : base(nameof(Recurrent))
    {
        _lstm = lstm;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => _lstm.call(input, null).Item1;

    public OnnxValue Export(OnnxGraph graph, OnnxValue input) => graph.Call(_lstm, input);
}

/// <summary>The states of a GRU.</summary>
internal sealed class RecurrentGated : Module<Tensor, Tensor>, IOnnxExportable
{
    private readonly TorchSharp.Modules.GRU _gru;

    public RecurrentGated(TorchSharp.Modules.GRU gru)
        : base(nameof(RecurrentGated))
    {
        _gru = gru;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => _gru.call(input, null!).Item1;

    public OnnxValue Export(OnnxGraph graph, OnnxValue input) => graph.Call(_gru, input);
}

/// <summary>The states of an RNN.</summary>
internal sealed class RecurrentPlain : Module<Tensor, Tensor>, IOnnxExportable
{
    private readonly TorchSharp.Modules.RNN _rnn;

    public RecurrentPlain(TorchSharp.Modules.RNN rnn)
        : base(nameof(RecurrentPlain))
    {
        _rnn = rnn;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => _rnn.call(input, null!).Item1;

    public OnnxValue Export(OnnxGraph graph, OnnxValue input) => graph.Call(_rnn, input);
}

/// <summary>A module that does not say what it does.</summary>
internal sealed class Doubling() : Module<Tensor, Tensor>(nameof(Doubling))
{
    public override Tensor forward(Tensor input) => input + input;
}

/// <summary>A module that says it does something else than it does.</summary>
internal sealed class Wrong() : Module<Tensor, Tensor>(nameof(Wrong)), IOnnxExportable
{
    public override Tensor forward(Tensor input) => input + input;

    public OnnxValue Export(OnnxGraph graph, OnnxValue input) => input;
}

/// <summary>A module of two functions.</summary>
internal sealed class Said(Func<Tensor, Tensor> does, Func<OnnxGraph, OnnxValue, OnnxValue> says) : Module<Tensor, Tensor>(nameof(Said)), IOnnxExportable
{
    public override Tensor forward(Tensor input) => does(input);

    public OnnxValue Export(OnnxGraph graph, OnnxValue input) => says(graph, input);
}
