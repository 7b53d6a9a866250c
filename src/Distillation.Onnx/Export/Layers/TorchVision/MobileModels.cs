using TorchSharp.Modules;

namespace Distillation.Onnx.Layers.TorchVision;

/// <summary>MobileNet, versions 2 and 3.</summary>
internal static class MobileModels
{
    public static IEnumerable<KeyValuePair<string, ModuleWriter>> Writers =>
    [
        new("TorchSharp.Modules.MobileNetV2", Second),
        new("TorchSharp.Modules.MobileNetV2+InvertedResidual", (graph, module, input) => Block(graph, module, input, "conv")),
        new("TorchSharp.Modules.MobileNetV3", PlainModels.PooledClassifier),
        new("TorchSharp.Modules.MobileNetV3+InvertedResidual", (graph, module, input) => Block(graph, module, input, "block")),
    ];

    // Its pool is a function, and no module.
    private static OnnxValue Second(OnnxGraph graph, torch.nn.Module<Tensor, Tensor> module, OnnxValue input)
    {
        var parts = new Parts(graph, module);
        return parts.Call(Shaping.Vectors(graph, graph.Apply("GlobalAveragePool", [parts.Call(input, "features")])), "classifier");
    }

    private static OnnxValue Block(OnnxGraph graph, torch.nn.Module<Tensor, Tensor> module, OnnxValue input, string path)
    {
        OnnxValue output = new Parts(graph, module).Call(input, path);
        return AddsItsInput(module) ? graph.Apply("Add", [output, input]) : output;
    }

    // Where neither places nor channels change. The block does not show it; its convolutions, in their order, do.
    private static bool AddsItsInput(torch.nn.Module module)
    {
        Conv2d[] convolutions = [.. InOrder(module).OfType<Conv2d>()];
        return convolutions.Length > 0
            && convolutions.All(convolution => convolution.stride.All(step => step == 1))
            && convolutions[0].in_channels == convolutions[^1].out_channels;
    }

    private static IEnumerable<torch.nn.Module> InOrder(torch.nn.Module module) => module.children().SelectMany(child => InOrder(child).Prepend(child));
}
