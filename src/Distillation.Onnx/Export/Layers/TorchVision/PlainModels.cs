namespace Distillation.Onnx.Layers.TorchVision;

/// <summary>AlexNet and VGG: one layer after the other.</summary>
internal static class PlainModels
{
    public static IEnumerable<KeyValuePair<string, ModuleWriter>> Writers =>
    [
        new("TorchSharp.Modules.AlexNet", PooledClassifier),
        new("TorchSharp.Modules.VGG", PooledClassifier),
    ];

    /// <summary>Features, a pool, one vector for each sample, a classifier.</summary>
    public static OnnxValue PooledClassifier(OnnxGraph graph, torch.nn.Module<Tensor, Tensor> module, OnnxValue input)
    {
        var parts = new Parts(graph, module);
        return parts.Call(Shaping.Vectors(graph, parts.Call(input, "features", "avgpool")), "classifier");
    }
}
