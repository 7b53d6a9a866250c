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
        if (layer.mode == UpsampleMode.Nearest)
        {
            return Nearest(graph, layer, input);
        }

        return graph.Apply(
            "Resize",
            [input, OnnxValue.None, .. ScalesOrSizes(graph, layer, input)],
            ("mode", layer.mode == UpsampleMode.Bicubic ? "cubic" : "linear"),
            ("coordinate_transformation_mode", layer.align_corners == true ? "align_corners" : "half_pixel"),
            ("cubic_coeff_a", Cubic));
    }

    private static OnnxValue Nearest(OnnxGraph graph, Upsample layer, OnnxValue input)
    {
        double[] scales = layer.scale_factor.ToArray();
        if (scales.Length > 0 && scales.All(double.IsInteger))
        {
            OnnxValue whole = graph.Constant("scales", torch.tensor([1, 1, .. scales], torch.ScalarType.Float32));
            return graph.Apply(
                "Resize", [input, OnnxValue.None, whole], ("mode", "nearest"), ("coordinate_transformation_mode", "asymmetric"), ("nearest_mode", "floor"));
        }

        // ONNX Runtime rounds some quotients otherwise than libtorch. So the file has the places that the layer takes.
        long[] sizes = [.. graph.ShapeOf(input).Skip(2)];
        return Enumerable.Range(0, sizes.Length)
            .Aggregate(input, (value, index) => graph.Apply("Gather", [value, graph.Constant("places", Places(layer, sizes, index))], ("axis", index + 2)));
    }

    private static Tensor Places(Upsample layer, long[] sizes, int index)
    {
        long[] line = [1, 1, .. sizes.Select((size, other) => other == index ? size : 1)];
        Tensor places = KeptAliveScalar.Arange(0, sizes[index], torch.ScalarType.Float32).reshape(line).expand([1, 1, .. sizes]);
        Tensor taken = layer.call(places).movedim([index + 2], [0]);
        return taken.reshape(taken.size(0), -1).select(1, 0).to(torch.ScalarType.Int64);
    }

    private static OnnxValue[] ScalesOrSizes(OnnxGraph graph, Upsample layer, OnnxValue input)
    {
        long[] sizes = [.. graph.ShapeOf(input).Skip(2)];
        double[] scales = layer.scale_factor.ToArray();
        if (scales.Length > 0 && layer.recompute_scale_factor != true)
        {
            return [graph.Constant("scales", torch.tensor([1, 1, .. sizes.Zip(scales, Scale)], torch.ScalarType.Float32))];
        }

        // The distance of samples then follows from the sizes, and not from the scale.
        long[] wanted = scales.Length == 0 ? layer.size.ToArray() : [.. sizes.Zip(scales, (size, scale) => (long)(size * scale))];
        OnnxValue kept = graph.Apply("Shape", [input], ("end", 2));
        return [OnnxValue.None, graph.Apply("Concat", [kept, graph.Integers(wanted)], ("axis", 0))];
    }

    // ONNX has scales of float32: the nearest that gives the size which PyTorch computes in float64, whether a runtime multiplies in float64 or float32.
    private static float Scale(long size, double exact)
    {
        long wanted = (long)(size * exact);
        float scale = (float)exact;
        while ((long)(size * (double)scale) < wanted)
        {
            scale = float.BitIncrement(scale);
        }

        while ((long)(size * scale) > wanted)
        {
            scale = float.BitDecrement(scale);
        }

        return scale;
    }
}
