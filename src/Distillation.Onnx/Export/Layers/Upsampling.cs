using TorchSharp.Modules;
using UpsampleMode = TorchSharp.torch.UpsampleMode;

namespace Distillation.Onnx.Layers;

/// <summary>Pictures, sequences and volumes of another size.</summary>
internal static class Upsampling
{
    // The cubic of PyTorch; the default of ONNX is the same.
    private const double Cubic = -0.75;

    public static IEnumerable<LayerWriter> Writers => [LayerWriter.For<Upsample>(Write)];

    private static OnnxValue Write(OnnxGraph graph, Upsample layer, OnnxValue input)
    {
        (string mode, string places) = layer.mode switch
        {
            UpsampleMode.Nearest => ("nearest", "asymmetric"),
            UpsampleMode.Bicubic => ("cubic", layer.align_corners == true ? "align_corners" : "half_pixel"),
            _ => ("linear", layer.align_corners == true ? "align_corners" : "half_pixel"),
        };
        return graph.Apply(
            "Resize",
            [input, OnnxValue.None, .. Size(graph, layer, input)],
            ("mode", mode),
            ("coordinate_transformation_mode", places),
            ("nearest_mode", "floor"),
            ("cubic_coeff_a", Cubic));
    }

    // Scales, or no scales and sizes.
    private static OnnxValue[] Size(OnnxGraph graph, Upsample layer, OnnxValue input)
    {
        double[] scales = layer.scale_factor.ToArray();
        if (scales.Length > 0 && layer.recompute_scale_factor != true)
        {
            return [graph.Constant("scales", torch.tensor([1, 1, .. scales], torch.ScalarType.Float32))];
        }

        // The places between two samples then follow from the sizes, and not from the scale that was asked for.
        long[] sizes = scales.Length == 0 ? layer.size.ToArray() : [.. graph.ShapeOf(input).Skip(2).Zip(scales, (size, scale) => (long)(size * scale))];
        OnnxValue kept = graph.Apply("Shape", [input], ("end", 2));
        return [OnnxValue.None, graph.Apply("Concat", [kept, graph.Integers(sizes)], ("axis", 0))];
    }
}
