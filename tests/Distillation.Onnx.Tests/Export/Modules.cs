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
        _body = Sequential(
            ("conv1", Conv2d(channels, channels, 3, padding: 1)),
            ("norm1", BatchNorm2d(channels)),
            ("act", ReLU()),
            ("conv2", Conv2d(channels, channels, 3, padding: 1)),
            ("norm2", BatchNorm2d(channels)));
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

/// <summary>A module of two functions, and perhaps the layer that they call.</summary>
internal sealed class Said : Module<Tensor, Tensor>, IOnnxExportable
{
    private readonly Func<Tensor, Tensor> _does;
    private readonly Func<OnnxGraph, OnnxValue, OnnxValue> _says;

    public Said(Func<Tensor, Tensor> does, Func<OnnxGraph, OnnxValue, OnnxValue> says, Module? layer = null)
        : base(nameof(Said))
    {
        (_does, _says) = (does, says);
        if (layer is not null)
        {
            register_module("layer", layer);
        }
    }

    public override Tensor forward(Tensor input) => _does(input);

    public OnnxValue Export(OnnxGraph graph, OnnxValue input) => _says(graph, input);
}
