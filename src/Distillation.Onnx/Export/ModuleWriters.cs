using Distillation.Onnx.Layers;
using Distillation.Onnx.Layers.TorchVision;
using TorchSharp.Modules;

namespace Distillation.Onnx;

/// <summary>
/// Finds how a module is written: by an entry of the options, by itself, as the sum of its parts, as a model of TorchVision, or as a layer of TorchSharp.
/// </summary>
internal sealed class ModuleWriters(IReadOnlyList<OnnxLayer> layers)
{
    private readonly GivenLayers _layers = new(layers);

    public OnnxValue Write(OnnxGraph graph, torch.nn.Module<Tensor, Tensor> module, OnnxValue input) => _layers.Write(graph, module, input) ?? module switch
    {
        IOnnxExportable own => own.Export(graph, input),
        Sequential when module.GetType() == typeof(Sequential) =>
            module.children().Cast<torch.nn.Module<Tensor, Tensor>>().Aggregate(input, (value, child) => graph.Call(child, value)),
        _ => ModelTable.WriterOf(module) is { } model ? model(graph, module, input) : graph.Layer(() => LayerTable.Write(graph, module, input)),
    };
}
