namespace Distillation.Onnx;

/// <summary>Writes a module as operators of a graph, and returns its output.</summary>
internal delegate OnnxValue ModuleWriter(OnnxGraph graph, torch.nn.Module<Tensor, Tensor> module, OnnxValue input);
