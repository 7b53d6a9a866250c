using Distillation.Onnx;

namespace Distillation.Text;

/// <summary>What the graphs of students of token ids [N, T] have in common.</summary>
internal static class TokenGraph
{
    /// <summary>Returns an axis as an input of an operator.</summary>
    public static OnnxValue Axis(OnnxGraph graph, long axis)
    {
        using Tensor values = torch.tensor([axis]);
        return graph.Constant(values);
    }

    /// <summary>Marks the tokens that are no padding: [N, T] float32, 1 or 0.</summary>
    public static OnnxValue Mask(OnnxGraph graph, OnnxValue ids, int padId)
    {
        using Tensor pad = torch.tensor((long)padId);
        OnnxValue padding = graph.Apply("Equal", [ids, graph.Constant(pad)]);
        return graph.Apply("Cast", [graph.Apply("Not", [padding])], ("to", 1));
    }

    /// <summary>Counts the tokens of each text that are no padding, at least 1: [N, 1] float32.</summary>
    public static OnnxValue Counts(OnnxGraph graph, OnnxValue ids, int padId)
    {
        using Tensor one = torch.tensor(1f);
        OnnxValue counts = graph.Apply("ReduceSum", [Mask(graph, ids, padId), Axis(graph, 1)], ("keepdims", 1));
        return graph.Apply("Max", [counts, graph.Constant(one)]);
    }

    /// <summary>Exports a network of token ids of any number and length.</summary>
    public static OnnxExportReport Export(
        torch.nn.Module<Tensor, Tensor> module,
        string path,
        TextTokenizer tokenizer,
        int maxTokens,
        IReadOnlyList<string> labels,
        IReadOnlyDictionary<string, string> metadata) => OnnxExport.Write(module, path, [Math.Clamp(maxTokens, 2, 8)], new OnnxExportOptions
        {
            Indices = tokenizer.VocabularySize,
            SequenceName = "tokens",
            Labels = labels,
            Metadata = metadata,
        });
}
