using TorchSharp.Modules;

namespace Distillation.Onnx.Layers;

/// <summary>Convolutions, plain and transposed.</summary>
internal static class Convolutions
{
    public static IEnumerable<LayerWriter> Writers =>
    [
        LayerWriter.For<Conv1d>(Plain),
        LayerWriter.For<Conv2d>(Plain),
        LayerWriter.For<Conv3d>(Plain),
        LayerWriter.For<ConvTranspose1d>(Transposed),
        LayerWriter.For<ConvTranspose2d>(Transposed),
        LayerWriter.For<ConvTranspose3d>(Transposed),
    ];

    private static OnnxValue Plain(OnnxGraph graph, Convolution layer, OnnxValue input)
    {
        (long[] before, long[] after) = Padding(layer);
        long[] pads = [.. before, .. after];
        if (layer.padding_mode != PaddingModes.Zeros && pads.Any(pad => pad != 0))
        {
            input = Padded(graph, layer.padding_mode, input, before, after);
            pads = new long[pads.Length];
        }

        return graph.Apply(
            "Conv",
            Inputs(graph, layer, input),
            ("strides", layer.stride),
            ("pads", pads),
            ("dilations", layer.dilation),
            ("group", layer.groups),
            ("kernel_shape", layer.kernel_size));
    }

    private static OnnxValue Transposed(OnnxGraph graph, Convolution layer, OnnxValue input)
    {
        long[] padding = layer.padding ?? throw new OnnxExportException("its padding must be given as numbers.");
        return graph.Apply(
            "ConvTranspose",
            Inputs(graph, layer, input),
            ("strides", layer.stride),
            ("pads", (long[])[.. padding, .. padding]),
            ("output_padding", layer.output_padding),
            ("dilations", layer.dilation),
            ("group", layer.groups),
            ("kernel_shape", layer.kernel_size));
    }

    private static List<OnnxValue> Inputs(OnnxGraph graph, Convolution layer, OnnxValue input)
    {
        List<OnnxValue> inputs = [input, graph.Constant("weight", layer.weight)];
        if (layer.bias is { } bias)
        {
            inputs.Add(graph.Constant("bias", bias));
        }

        return inputs;
    }

    private static (long[] Before, long[] After) Padding(Convolution layer)
    {
        if (layer.padding_type is TorchSharp.Padding.Valid)
        {
            long[] none = new long[layer.kernel_size.Length];
            return (none, none);
        }

        if (layer.padding_type is TorchSharp.Padding.Same)
        {
            // PyTorch puts the odd one at the end.
            long[] whole = [.. layer.kernel_size.Zip(layer.dilation, (kernel, dilation) => dilation * (kernel - 1))];
            return ([.. whole.Select(pad => pad / 2)], [.. whole.Select(pad => pad - (pad / 2))]);
        }

        return layer.padding is { } padding ? (padding, padding) : throw new OnnxExportException("TorchSharp does not show its padding.");
    }

    private static OnnxValue Padded(OnnxGraph graph, PaddingModes mode, OnnxValue input, long[] before, long[] after) => mode switch
    {
        PaddingModes.Reflect => Pads.Of(graph, input, before, after, "reflect"),
        PaddingModes.Replicate => Pads.Of(graph, input, before, after, "edge"),
        PaddingModes.Circular =>
            Enumerable.Range(0, before.Length).Aggregate(input, (value, index) => Slices.Circle(graph, value, index + 2, before[index], after[index])),
        _ => throw new OnnxExportException($"padding of the mode {mode} is not known."),
    };
}
