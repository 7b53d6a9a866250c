namespace Distillation.Onnx.Layers.TorchVision;

/// <summary>ResNet, ResNeXt and Wide ResNet.</summary>
internal static class ResidualModels
{
    public static IEnumerable<KeyValuePair<string, ModuleWriter>> Writers =>
    [
        new("TorchSharp.Modules.ResNet", Network),
        new("TorchSharp.Modules.ResNet+BasicBlock", Block("conv1", "bn1", "relu1", "conv2", "bn2")),
        new("TorchSharp.Modules.ResNet+Bottleneck", Block("conv1", "bn1", "relu1", "conv2", "bn2", "relu2", "conv3", "bn3")),
    ];

    private static OnnxValue Network(OnnxGraph graph, torch.nn.Module<Tensor, Tensor> module, OnnxValue input) =>
        new Parts(graph, module).Call(input, "conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4", "avgpool", "flatten", "fc");

    private static ModuleWriter Block(params string[] path) => (graph, module, input) =>
    {
        var parts = new Parts(graph, module);
        OnnxValue output = parts.Call(input, path);
        OnnxValue identity = parts.Has("downsample") ? parts.Call(input, "downsample") : input;
        return graph.Apply("Relu", [graph.Apply("Add", [output, identity])]);
    };
}
