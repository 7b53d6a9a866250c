using TorchSharp.Modules;

namespace Distillation.Onnx.Layers;

/// <summary>Activations that are an operator of ONNX.</summary>
internal static class Activations
{
    public static IEnumerable<LayerWriter> Writers =>
    [
        LayerWriter.Same<ReLU>("Relu"),
        LayerWriter.Same<SELU>("Selu"),
        LayerWriter.Same<Sigmoid>("Sigmoid"),
        LayerWriter.Same<Tanh>("Tanh"),
        LayerWriter.Same<Softsign>("Softsign"),
        LayerWriter.Same<Hardswish>("HardSwish"),
        LayerWriter.For<LeakyReLU>((graph, layer, input) => graph.Apply("LeakyRelu", [input], ("alpha", layer.negative_slope))),
        LayerWriter.For<ELU>((graph, layer, input) => graph.Apply("Elu", [input], ("alpha", layer.alpha))),
        LayerWriter.For<CELU>((graph, layer, input) => graph.Apply("Celu", [input], ("alpha", layer.alpha))),
        LayerWriter.For<Hardsigmoid>((graph, _, input) => graph.Apply("HardSigmoid", [input], ("alpha", 1.0 / 6), ("beta", 0.5))),
        LayerWriter.For<Hardtanh>((graph, layer, input) => Clipped(graph, input, layer.min_val, layer.max_val)),
        LayerWriter.For<ReLU6>((graph, _, input) => Clipped(graph, input, 0, 6)),
        LayerWriter.For<Softmax>((graph, layer, input) => graph.Apply("Softmax", [input], ("axis", layer.dim))),
        LayerWriter.For<Softmax2d>((graph, _, input) => graph.Apply("Softmax", [input], ("axis", -3))),
        LayerWriter.For<LogSoftmax>((graph, layer, input) => graph.Apply("LogSoftmax", [input], ("axis", layer.dim))),
        LayerWriter.For<Softmin>((graph, layer, input) => graph.Apply("Softmax", [graph.Apply("Neg", [input])], ("axis", layer.dim))),
        LayerWriter.For<Hardshrink>((graph, layer, input) => graph.Apply("Shrink", [input], ("lambd", layer.lambda), ("bias", 0.0))),
        LayerWriter.For<Softshrink>((graph, layer, input) => graph.Apply("Shrink", [input], ("lambd", layer.lambda), ("bias", layer.lambda))),
        LayerWriter.For<RReLU>((graph, layer, input) => graph.Apply("LeakyRelu", [input], ("alpha", (layer.lower + layer.upper) / 2))),
        LayerWriter.For<PReLU>(WritePReLU),
    ];

    private static OnnxValue Clipped(OnnxGraph graph, OnnxValue input, double from, double to) =>
        graph.Apply("Clip", [input, graph.Number(from), graph.Number(to)]);

    private static OnnxValue WritePReLU(OnnxGraph graph, PReLU layer, OnnxValue input)
    {
        // ONNX aligns slopes with the last dimensions, PyTorch with the channels. Where channels were pruned, the weight alone has their number.
        long channels = layer.weight.numel();
        int after = channels == 1 ? 0 : graph.ShapeOf(input).Count - 2;
        return graph.Apply("PRelu", [input, graph.Constant("weight", layer.weight.reshape([channels, .. Enumerable.Repeat(1L, after)]))]);
    }
}
