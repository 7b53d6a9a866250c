namespace Distillation.Onnx.Layers.TorchVision;

/// <summary>Writes a module of a type that is known by its name alone.</summary>
internal delegate OnnxValue ModelWriter(OnnxGraph graph, torch.nn.Module<Tensor, Tensor> module, OnnxValue input);
