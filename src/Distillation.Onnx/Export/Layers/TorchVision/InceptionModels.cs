namespace Distillation.Onnx.Layers.TorchVision;

/// <summary>GoogLeNet and Inception v3, in evaluation mode: TorchSharp does not run their second heads then.</summary>
internal static class InceptionModels
{
    private static readonly string[] GoogLeNet =
    [
        "conv1", "maxpool1", "conv2", "conv3", "maxpool2", "inception3a", "inception3b", "maxpool3",
        "inception4a", "inception4b", "inception4c", "inception4d", "inception4e", "maxpool4", "inception5a", "inception5b", "avgpool",
    ];

    private static readonly string[] Third =
    [
        "Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3", "maxpool1", "Conv2d_3b_1x1", "Conv2d_4a_3x3", "maxpool2", "Mixed_5b", "Mixed_5c", "Mixed_5d",
        "Mixed_6a", "Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e", "Mixed_7a", "Mixed_7b", "Mixed_7c", "avgpool",
    ];

    public static IEnumerable<KeyValuePair<string, ModuleWriter>> Writers =>
    [
        new("TorchSharp.Modules.GoogleNet", (graph, module, input) => Network(graph, module, input, GoogLeNet)),
        new("TorchSharp.Modules.InceptionV3", (graph, module, input) => Network(graph, module, input, Third)),
    ];

    private static OnnxValue Network(OnnxGraph graph, torch.nn.Module<Tensor, Tensor> module, OnnxValue input, string[] path)
    {
        var parts = new Parts(graph, module);
        OnnxValue start = TransformsInput(graph, module, parts.Of(path[0]), input) ? Transformed(graph, input) : input;
        return parts.Call(Shaping.Vectors(graph, parts.Call(start, path)), "dropout", "fc");
    }

    // The module does not show it. Of zeros, its first layer gets zeros where the input is not transformed.
    private static bool TransformsInput(OnnxGraph graph, torch.nn.Module<Tensor, Tensor> module, torch.nn.Module<Tensor, Tensor> first, OnnxValue input)
    {
        using var scope = torch.NewDisposeScope();
        bool transforms = false;
        torch.nn.Module<Tensor, Tensor>.HookRemover hook = first.register_forward_pre_hook((_, seen) =>
        {
            transforms = seen.count_nonzero().item<long>() > 0;
            return seen;
        });
        try
        {
            _ = module.call(torch.zeros([1, .. graph.ShapeOf(input).Skip(1)], device: ModuleTree.DeviceOf(module)));
        }
        finally
        {
            hook.remove();
        }

        return transforms;
    }

    // From the mean and deviation of ImageNet to 0.5 and 0.5, for the weights from TensorFlow.
    private static OnnxValue Transformed(OnnxGraph graph, OnnxValue input)
    {
        float[] deviation = [0.229f, 0.224f, 0.225f];
        float[] mean = [0.485f, 0.456f, 0.406f];
        OnnxValue scaled = graph.Apply("Mul", [input, OfChannels(graph, [.. deviation.Select(each => each / 0.5f)])]);
        return graph.Apply("Add", [scaled, OfChannels(graph, [.. mean.Select(each => (each - 0.5f) / 0.5f)])]);
    }

    private static OnnxValue OfChannels(OnnxGraph graph, float[] values)
    {
        using Tensor constant = torch.tensor(values, [values.Length, 1, 1]);
        return graph.Constant("transform_input", constant);
    }
}
