namespace Distillation.Onnx.Layers.TorchVision;

/// <summary>The layers of <c>torchvision.ops</c>.</summary>
internal static class VisionLayers
{
    // Sizes that are all different show where each dimension went.
    private const int FirstSize = 2;

    public static IEnumerable<KeyValuePair<string, ModuleWriter>> Writers =>
    [
        new("TorchSharp.torchvision+SqueezeExcitation", SqueezeExcitation),
        new("TorchSharp.torchvision+Permute", Permute),
        new("TorchSharp.torchvision+StochasticDepth", Nothing),
        new("TorchSharp.Modules.DropBlock2d", Nothing),
        new("TorchSharp.Modules.DropBlock3d", Nothing),
    ];

    // A factor for each channel, from the means of all.
    private static OnnxValue SqueezeExcitation(OnnxGraph graph, torch.nn.Module<Tensor, Tensor> module, OnnxValue input)
    {
        OnnxValue scale = new Parts(graph, module).Call(input, "avgpool", "fc1", "activation", "fc2", "scale_activation");
        return graph.Apply("Mul", [scale, input]);
    }

    // The module does not show its dimensions.
    private static OnnxValue Permute(OnnxGraph graph, torch.nn.Module<Tensor, Tensor> module, OnnxValue input)
    {
        long[] sizes = [.. graph.ShapeOf(input).Select((_, index) => (long)index + FirstSize)];
        using Tensor probe = torch.empty(sizes);
        using Tensor permuted = module.call(probe);
        return graph.Apply("Transpose", [input], ("perm", (long[])[.. permuted.shape.Select(size => size - FirstSize)]));
    }

    private static OnnxValue Nothing(OnnxGraph graph, torch.nn.Module<Tensor, Tensor> module, OnnxValue input) => input;
}
