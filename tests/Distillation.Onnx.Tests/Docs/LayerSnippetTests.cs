using Distillation.Onnx.Tests.Export;
using static TorchSharp.torch.nn;

namespace Distillation.Onnx.Tests.Docs;

/// <summary>What the documents show of modules whose classes cannot be changed.</summary>
public sealed class LayerSnippetTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly ExportedFile _file = new();

    public void Dispose()
    {
        _file.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Foreign_class_is_exported()
    {
        string path = _file.Path;

        Module<Tensor, Tensor> scaled = Sequential(Linear(8, 4), new ScaledTanh(2));
        OnnxLayer tanh = OnnxLayer.For<ScaledTanh>((graph, module, input) =>
            graph.Apply("Mul", [graph.Apply("Tanh", [input]), graph.Constant(torch.tensor(module.Scale))]));
        OnnxExport.Write(scaled, path, [8], new OnnxExportOptions { Layers = [tanh] });

        _file.Error(scaled, torch.randn(2, 8)).Should().BeLessThan(1e-5);
    }

    [Fact]
    public void Private_class_is_exported_by_its_name()
    {
        Module<Tensor, Tensor> network = Sequential(Linear(8, 8), new Gated());

        OnnxLayer gated = OnnxLayer.For<Module<Tensor, Tensor>>((graph, module, input) =>
        {
            if (module.GetType().Name != "Gated")
            {
                return graph.Call(module, input);
            }

            var gate = (Module<Tensor, Tensor>)module.named_children().Single(child => child.name == "gate").module;
            return graph.Apply("Mul", [input, graph.Apply("Sigmoid", [graph.Call(gate, input)])]);
        });

        OnnxExport.Write(network, _file.Path, [8], new OnnxExportOptions { Layers = [gated] });
        _file.Error(network, torch.randn(2, 8)).Should().BeLessThan(1e-5);
    }

    [Fact]
    public void Model_of_TorchVision_is_exported()
    {
        string path = _file.Path;

        using Module<Tensor, Tensor> vision = torchvision.models.mobilenet_v3_small();
        OnnxExport.Write(vision, path, [3, 224, 224], new OnnxExportOptions { FoldBatchNorm = true });

        File.Exists(path).Should().BeTrue();
    }

    private sealed class ScaledTanh(float scale) : Module<Tensor, Tensor>(nameof(ScaledTanh))
    {
        public float Scale { get; } = scale;

        public override Tensor forward(Tensor input) => input.tanh() * torch.tensor(Scale);
    }

    private sealed class Gated : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> _gate = Linear(8, 8);

        public Gated()
            : base(nameof(Gated)) => register_module("gate", _gate);

        public override Tensor forward(Tensor input) => input * _gate.call(input).sigmoid();
    }
}
