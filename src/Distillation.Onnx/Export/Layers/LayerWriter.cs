namespace Distillation.Onnx.Layers;

/// <summary>Writes one kind of layer as operators.</summary>
internal sealed record LayerWriter(Type Layer, Func<OnnxGraph, torch.nn.Module<Tensor, Tensor>, OnnxValue, OnnxValue> Write)
{
    public static LayerWriter For<T>(Func<OnnxGraph, T, OnnxValue, OnnxValue> write)
        where T : torch.nn.Module<Tensor, Tensor> => new(typeof(T), (graph, layer, input) => write(graph, (T)layer, input));

    /// <summary>A layer that does nothing in evaluation mode.</summary>
    public static LayerWriter Nothing<T>()
        where T : torch.nn.Module<Tensor, Tensor> => For<T>((_, _, input) => input);

    /// <summary>A layer that is one operator with its default settings.</summary>
    public static LayerWriter Same<T>(string operation)
        where T : torch.nn.Module<Tensor, Tensor> => For<T>((graph, _, input) => graph.Apply(operation, [input]));
}
