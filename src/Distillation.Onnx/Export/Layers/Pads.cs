using TorchSharp.Modules;

namespace Distillation.Onnx.Layers;

/// <summary>Layers that put places around their input.</summary>
internal static class Pads
{
    public static IEnumerable<LayerWriter> Writers =>
    [
        LayerWriter.For<ConstantPad1d>((graph, layer, input) => Of(graph, layer, input, "constant")),
        LayerWriter.For<ConstantPad2d>((graph, layer, input) => Of(graph, layer, input, "constant")),
        LayerWriter.For<ConstantPad3d>((graph, layer, input) => Of(graph, layer, input, "constant")),
        LayerWriter.For<ZeroPad2d>((graph, layer, input) => Of(graph, layer, input, "constant")),
        LayerWriter.For<ReflectionPad1d>((graph, layer, input) => Of(graph, layer, input, "reflect")),
        LayerWriter.For<ReflectionPad2d>((graph, layer, input) => Of(graph, layer, input, "reflect")),
        LayerWriter.For<ReflectionPad3d>((graph, layer, input) => Of(graph, layer, input, "reflect")),
        LayerWriter.For<ReplicationPad1d>((graph, layer, input) => Of(graph, layer, input, "edge")),
        LayerWriter.For<ReplicationPad2d>((graph, layer, input) => Of(graph, layer, input, "edge")),
        LayerWriter.For<ReplicationPad3d>((graph, layer, input) => Of(graph, layer, input, "edge")),
    ];

    /// <summary>Pads the dimensions behind batch and channels.</summary>
    public static OnnxValue Of(OnnxGraph graph, OnnxValue input, long[] before, long[] after, string mode, double value = 0)
    {
        OnnxValue amounts = graph.Integers([0, 0, .. before, 0, 0, .. after]);
        return graph.Apply("Pad", mode == "constant" ? [input, amounts, graph.Number(value)] : [input, amounts], ("mode", mode));
    }

    // TorchSharp names the last dimension first, as (before, after).
    private static OnnxValue Of(OnnxGraph graph, PadBase layer, OnnxValue input, string mode)
    {
        long[][] pads = [.. layer.padding.Chunk(2).Reverse()];
        return Of(graph, input, [.. pads.Select(pad => pad[0])], [.. pads.Select(pad => pad[1])], mode, layer.value);
    }
}
